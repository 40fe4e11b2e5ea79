output "configuration" {
  description = "How nodes reach Redis (Redis:Configuration), without the password."
  value       = local.configuration
}

output "user" {
  description = "Redis:User; null for Redis' default user."
  value       = local.is_memorydb ? var.name : null
}

output "password_secret_arn" {
  value = aws_secretsmanager_secret.password.arn

  # Not before there is something in it.
  depends_on = [aws_secretsmanager_secret_version.password]
}

output "watched" {
  description = "What CloudWatch calls its parts: a namespace, and dimensions by name."
  value = {
    namespace = local.is_memorydb ? "AWS/MemoryDB" : "AWS/ElastiCache"
    dimensions = local.is_memorydb ? { redis = { ClusterName = var.name } } : {
      for id in(
        local.is_sharded
        ? [
          for pair in setproduct(range(var.shards), range(local.replicas + 1)) :
          format("%s-%04d-%03d", var.name, pair[0] + 1, pair[1] + 1)
        ]
        : [for index in range(local.replicas + 1) : format("%s-%03d", var.name, index + 1)]
      ) : id => { CacheClusterId = id }
    }
  }
}
