data "aws_iam_policy_document" "grants" {
  statement {
    actions   = ["kms:Encrypt", "kms:Decrypt"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/app"]
    }
    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:app"
      values   = ["&{aws:PrincipalTag/app}"]
    }
  }
}

resource "aws_kms_key" "k" {
  policy = data.aws_iam_policy_document.grants.json
  tags   = { a = "2" }
}
