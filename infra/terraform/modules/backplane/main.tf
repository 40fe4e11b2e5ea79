# The log and the channels that join nodes: one of ElastiCache with replicas, ElastiCache with shards, and MemoryDB.
# docs/deploy.md says what each promises.

locals {
  is_memorydb    = var.kind == "durable"
  is_sharded     = var.kind == "sharded"
  replicas       = var.replicas
  port           = 6379
  engine_version = coalesce(var.engine_version, local.is_memorydb ? "7.3" : "8.0")
  family         = "valkey${split(".", local.engine_version)[0]}"
}

data "aws_secretsmanager_random_password" "this" {
  password_length     = 48
  exclude_punctuation = true
}

resource "aws_security_group" "this" {
  name        = "${var.name}-redis"
  description = "Redis of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "Nodes"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = var.nodes_security_group_id
}

resource "aws_elasticache_subnet_group" "this" {
  count      = local.is_memorydb ? 0 : 1
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  count       = local.is_memorydb ? 0 : 1
  name        = "${var.name}-${local.family}"
  family      = local.family
  description = "Refuses instead of forgetting"

  # The log of what no snapshot covers yet must not be evicted: whoever runs out of memory is told so.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }

  dynamic "parameter" {
    for_each = local.is_sharded ? ["yes"] : []

    content {
      name  = "cluster-enabled"
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_elasticache_replication_group" "this" {
  count                      = local.is_memorydb ? 0 : 1
  replication_group_id       = var.name
  description                = "Log and channels of ${var.name}"
  engine                     = "valkey"
  engine_version             = local.engine_version
  node_type                  = var.node_type
  port                       = local.port
  parameter_group_name       = aws_elasticache_parameter_group.this[0].name
  subnet_group_name          = aws_elasticache_subnet_group.this[0].name
  security_group_ids         = [aws_security_group.this.id]
  num_cache_clusters         = local.is_sharded ? null : local.replicas + 1
  num_node_groups            = local.is_sharded ? var.shards : null
  replicas_per_node_group    = local.is_sharded ? local.replicas : null
  automatic_failover_enabled = local.is_sharded || local.replicas > 0
  multi_az_enabled           = local.replicas > 0
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = data.aws_secretsmanager_random_password.this.random_password
  snapshot_retention_limit   = 1
  auto_minor_version_upgrade = true

  lifecycle {
    # The data source says another one each time.
    ignore_changes = [auth_token]
  }
}

resource "aws_memorydb_subnet_group" "this" {
  count      = local.is_memorydb ? 1 : 0
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_memorydb_user" "this" {
  count         = local.is_memorydb ? 1 : 0
  user_name     = var.name
  access_string = "on ~* &* +@all -@admin -@dangerous +info"

  authentication_mode {
    type      = "password"
    passwords = [data.aws_secretsmanager_random_password.this.random_password]
  }

  lifecycle {
    ignore_changes = [authentication_mode]
  }
}

resource "aws_memorydb_acl" "this" {
  count      = local.is_memorydb ? 1 : 0
  name       = var.name
  user_names = [aws_memorydb_user.this[0].user_name]
}

resource "aws_memorydb_cluster" "this" {
  count                    = local.is_memorydb ? 1 : 0
  name                     = var.name
  description              = "Log and channels of ${var.name}"
  engine                   = "valkey"
  engine_version           = local.engine_version
  node_type                = var.node_type
  port                     = local.port
  acl_name                 = aws_memorydb_acl.this[0].id
  subnet_group_name        = aws_memorydb_subnet_group.this[0].id
  security_group_ids       = [aws_security_group.this.id]
  num_shards               = var.shards
  num_replicas_per_shard   = local.replicas
  tls_enabled              = true
  snapshot_retention_limit = 1
}

locals {
  host = (
    local.is_memorydb ? aws_memorydb_cluster.this[0].cluster_endpoint[0].address :
    local.is_sharded ? aws_elasticache_replication_group.this[0].configuration_endpoint_address :
    aws_elasticache_replication_group.this[0].primary_endpoint_address
  )

  # What Redis was made with, not what the data source says now: an apply that is taken up again after it had made Redis
  # would store another password.
  password = (
    local.is_memorydb
    ? one(aws_memorydb_user.this[0].authentication_mode[0].passwords)
    : aws_elasticache_replication_group.this[0].auth_token
  )
  configuration = "${local.host}:${local.port},ssl=true,sslHost=${local.host},abortConnect=false"
}

resource "aws_secretsmanager_secret" "password" {
  name_prefix = "${var.name}/redis-password-"
  description = "The password of Redis (Redis:Password)"
}

resource "aws_secretsmanager_secret_version" "password" {
  secret_id                = aws_secretsmanager_secret.password.id
  secret_string_wo         = local.password
  secret_string_wo_version = 1
}
