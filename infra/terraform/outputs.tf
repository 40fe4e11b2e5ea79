output "url" {
  description = "Where the demo page is. With a certificate, clients must use its name, which balancer_dns_name serves."
  value       = "${var.certificate_arn == null ? "http" : "https"}://${module.load_balancer.dns_name}"
}

output "balancer_dns_name" {
  description = "What the name that clients use must point at (alias in Route 53, with balancer_zone_id, or CNAME)."
  value       = module.load_balancer.dns_name
}

output "balancer_zone_id" {
  description = "For an alias in Route 53."
  value       = module.load_balancer.zone_id
}

output "repository_url" {
  description = "Where the image is pushed to."
  value       = module.registry.repository_url
}

output "token_secret_arn" {
  description = "The secret that your application signs tokens with; null where they are checked otherwise."
  value       = local.has_secret ? local.token_secret : null
}

output "bucket_name" {
  description = "Where the snapshots are."
  value       = module.snapshots.bucket_name
}

output "table_name" {
  description = "The locator's table."
  value       = module.locator.table_name
}

output "cluster_name" {
  description = "The cluster, for aws ecs."
  value       = module.service.cluster_name
}

output "service_name" {
  description = "The service in it."
  value       = module.service.service_name
}

output "log_group_name" {
  description = "The nodes' log, for aws logs tail."
  value       = module.service.log_group_name
}

output "alarm_topic_arn" {
  description = "Where alarms go, for further subscribers."
  value       = module.alarms.topic_arn
}

output "container" {
  description = "How a node is started."
  value       = module.service.container_definitions[0]
}
