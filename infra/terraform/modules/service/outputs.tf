output "cluster_name" {
  value = aws_ecs_cluster.this.name
}

output "service_name" {
  value = aws_ecs_service.this.name
}

output "log_group_name" {
  value = aws_cloudwatch_log_group.this.name
}

output "container_definitions" {
  value = jsondecode(aws_ecs_task_definition.this.container_definitions)
}

output "task_policy" {
  value = jsondecode(aws_iam_role_policy.task.policy)
}
