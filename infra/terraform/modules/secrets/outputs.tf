output "internal_secret_arn" {
  value = aws_secretsmanager_secret.internal.arn
}

output "token_secret_arn" {
  description = "Null where tokens are checked otherwise."
  value       = one(aws_secretsmanager_secret.tokens[*].arn)
}
