# What nodes prove themselves with to each other, and, if nothing else says how tokens are checked, what they are signed
# with. Both are written once: a later random password is not taken.

data "aws_secretsmanager_random_password" "internal" {
  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "internal" {
  name_prefix = "${var.name}/internal-"
  description = "What nodes prove themselves with to each other (Internal:Secret)"
}

resource "aws_secretsmanager_secret_version" "internal" {
  secret_id                = aws_secretsmanager_secret.internal.id
  secret_string_wo         = data.aws_secretsmanager_random_password.internal.random_password
  secret_string_wo_version = var.generation
}

data "aws_secretsmanager_random_password" "tokens" {
  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "tokens" {
  count       = var.make_token_secret ? 1 : 0
  name_prefix = "${var.name}/tokens-"
  description = "What the application signs tokens with, and nodes check them with (Auth:Jwt:Secret)"
}

resource "aws_secretsmanager_secret_version" "tokens" {
  count                    = var.make_token_secret ? 1 : 0
  secret_id                = aws_secretsmanager_secret.tokens[0].id
  secret_string_wo         = data.aws_secretsmanager_random_password.tokens.random_password
  secret_string_wo_version = var.generation
}
