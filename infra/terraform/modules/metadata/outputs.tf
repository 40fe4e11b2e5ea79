output "connection_string" {
  description = "Without the password."
  value = join(";", [
    "Host=${aws_db_instance.this.address}",
    "Port=5432",
    "Database=relay",
    "Username=relay",
    "SSL Mode=${var.check_certificate ? "VerifyFull" : "Require"}",
  ])
}

output "password_secret_arn" {
  value      = aws_secretsmanager_secret.this.arn
  depends_on = [aws_secretsmanager_secret_version.this]
}

output "instance_identifier" {
  value = aws_db_instance.this.identifier
}
