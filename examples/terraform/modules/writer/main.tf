variable "arns" {
  type = list(string)
}

resource "aws_iam_policy" "this" {
  name = "writer"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = var.arns }]
  })
}
