output "vpc_id" {
  value = aws_vpc.this.id
}

output "public_subnet_ids" {
  value = aws_subnet.public[*].id
}

output "public_cidrs" {
  description = "Where the load balancer's addresses are."
  value       = local.public_cidrs
}

output "private_subnet_ids" {
  value = aws_subnet.private[*].id
}

output "nodes_security_group_id" {
  value = aws_security_group.nodes.id
}
