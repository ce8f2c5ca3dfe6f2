resource "aws_kms_key" "k" {}

resource "aws_iam_policy" "reader" {
  name = "reader"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:Get*", "s3:PutObject"], Resource = "arn:aws:s3:::reports/*" },
      { Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.k.arn },
    ]
  })
}
