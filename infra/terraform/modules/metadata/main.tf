# A Postgres for the metadata of rooms. No document depends on it.

data "aws_secretsmanager_random_password" "this" {
  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "this" {
  name_prefix = "${var.name}/postgres-"
  description = "The nodes' password for Postgres (PGPASSWORD)"
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = data.aws_secretsmanager_random_password.this.random_password
  secret_string_wo_version = var.password_generation
}

# What nodes will log in with, not what the random password is now: an apply that is taken up again after it had stored
# one would make the instance with another.
data "aws_secretsmanager_secret_version" "this" {
  secret_id  = aws_secretsmanager_secret.this.id
  depends_on = [aws_secretsmanager_secret_version.this]
}

locals {
  password = data.aws_secretsmanager_secret_version.this.secret_string
}

resource "aws_security_group" "this" {
  name        = "${var.name}-postgres"
  description = "Postgres of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "Nodes"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = var.nodes_security_group_id
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_db_instance" "this" {
  identifier                   = var.name
  engine                       = "postgres"
  engine_version               = "17"
  instance_class               = var.instance_class
  allocated_storage            = var.storage_gib
  max_allocated_storage        = 5 * var.storage_gib
  storage_type                 = "gp3"
  storage_encrypted            = true
  multi_az                     = var.multi_az
  db_name                      = "relay"
  username                     = "relay"
  password_wo                  = local.password
  password_wo_version          = var.password_generation
  db_subnet_group_name         = aws_db_subnet_group.this.name
  vpc_security_group_ids       = [aws_security_group.this.id]
  publicly_accessible          = false
  backup_retention_period      = 7
  auto_minor_version_upgrade   = true
  performance_insights_enabled = true
  deletion_protection          = var.deletion_protection
  skip_final_snapshot          = !var.deletion_protection
  final_snapshot_identifier    = var.deletion_protection ? "${var.name}-last" : null
}
