variable "name" {
  description = "The name of cluster and service."
  type        = string
}

variable "region" {
  description = "Where it is."
  type        = string
}

variable "image" {
  description = "The image, with its tag or digest."
  type        = string
}

variable "architecture" {
  description = "ARM64 or X86_64, as the image was built."
  type        = string
}

variable "cpu" {
  description = "Processor of a task: 1024 is one core."
  type        = number
}

variable "memory" {
  description = "Memory of a task in MiB."
  type        = number
}

variable "min_nodes" {
  description = "The fewest tasks."
  type        = number
}

variable "max_nodes" {
  description = "The most tasks."
  type        = number
}

variable "target_cpu_percent" {
  description = "How busy the tasks shall be."
  type        = number
}

variable "target_connections" {
  description = "How many connections a task shall have."
  type        = number
}

variable "stop_timeout" {
  description = "Seconds from SIGTERM to SIGKILL."
  type        = number
}

variable "environment" {
  description = "Environment variables."
  type        = map(string)
}

variable "secrets" {
  description = "Environment variables whose values are in Secrets Manager: their ARNs."
  type        = map(string)
}

variable "port" {
  description = "Where nodes hear clients."
  type        = number
}

variable "internal_port" {
  description = "Where nodes hear each other."
  type        = number
}

variable "subnet_ids" {
  description = "Private subnets."
  type        = list(string)
}

variable "nodes_security_group_id" {
  description = "The nodes' security group."
  type        = string
}

variable "target_group_arn" {
  description = "Where the load balancer finds them."
  type        = string
}

variable "load_balancer_arn_suffix" {
  description = "What metrics call the load balancer."
  type        = string
}

variable "table_arn" {
  description = "The locator's table."
  type        = string
}

variable "bucket_arn" {
  description = "The snapshots' bucket."
  type        = string
}

variable "log_retention_days" {
  description = "For how many days logs stay."
  type        = number
}
