variable "readers" {
  type    = list(string)
  default = ["111122223333", "444455556666"]
}

variable "is_production" {
  type    = bool
  default = true
}

locals {
  tables = { orders = "Orders", stock = "Stock" }
  common = [{
    Sid      = "List"
    Effect   = "Allow"
    Action   = "s3:ListBucket"
    Resource = aws_s3_bucket.logs.arn
  }]
}

resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"
}

resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "acme-uploads-"
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_sns_topic" "events" {
  name = "events"
}

resource "aws_dynamodb_table" "all" {
  for_each = local.tables
  name     = each.value
  hash_key = "id"
}

resource "aws_cloudwatch_event_bus" "own" {
  name = "own"
}

resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = aws_iam_user.ci.arn }
    }]
  })
}

resource "aws_iam_user" "ci" {
  name = "ci"
}

# A template with the ARN of a bucket whose name is known.
resource "aws_iam_policy" "reader" {
  name = "reader"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = "${aws_s3_bucket.logs.arn}/*"
    }]
  })
}

# A heredoc with the ARN of a queue.
resource "aws_iam_role_policy" "worker" {
  name   = "worker"
  role   = aws_iam_role.app.name
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": "${aws_sqs_queue.jobs.arn}"}
      ]
    }
  EOT
}

# A data source that is read during apply.
data "aws_iam_policy_document" "uploads" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.uploads.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = [for account in var.readers : "arn:aws:iam::${account}:root"]
    }
  }
  dynamic "statement" {
    for_each = var.is_production ? ["aws:SecureTransport"] : []
    content {
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = [aws_s3_bucket.uploads.arn, "${aws_s3_bucket.uploads.arn}/*"]
      principals {
        type        = "*"
        identifiers = ["*"]
      }
      condition {
        test     = "Bool"
        variable = statement.value
        values   = ["false"]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  policy = data.aws_iam_policy_document.uploads.json
}

# A loop over tables that do not exist yet.
resource "aws_iam_policy" "tables" {
  for_each = local.tables
  name     = "table-${each.key}"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.is_production ? ["dynamodb:GetItem"] : ["dynamodb:*"]
      Resource = aws_dynamodb_table.all[each.key].arn
    }]
  })
}

# Locals and functions.
resource "aws_iam_policy" "lister" {
  name = "lister"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.common, [for arn in [aws_sns_topic.events.arn] : { Effect = "Allow", Action = "sns:Publish", Resource = arn }])
  })
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.id
  policy = templatefile("${path.module}/policies/queue.json.tftpl", {
    queue = aws_sqs_queue.jobs.arn
    topic = aws_sns_topic.events.arn
  })
}

module "writer" {
  source = "./modules/writer"
  arns   = ["${aws_s3_bucket.logs.arn}/in/*", "${aws_s3_bucket.uploads.arn}/in/*"]
}

# The name of a bus is in no table: the ARN may be any text.
resource "aws_iam_policy" "bus" {
  name   = "bus"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "events:PutEvents", Resource = aws_cloudwatch_event_bus.own.arn }] })
}

# A function that is not modelled.
resource "aws_iam_policy" "encoded" {
  name   = "encoded"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::${base64encode(aws_s3_bucket.logs.arn)}/*" }] })
}
