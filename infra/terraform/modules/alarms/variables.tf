variable "name" {
  description = "What the alarms' names begin with."
  type        = string
}

variable "emails" {
  description = "Who gets mail; each has to confirm it once."
  type        = list(string)
}

variable "cluster_name" {
  description = "The nodes' cluster."
  type        = string
}

variable "service_name" {
  description = "The nodes' service."
  type        = string
}

variable "log_group_name" {
  description = "The nodes' log."
  type        = string
}

variable "load_balancer_arn_suffix" {
  description = "What metrics call the load balancer."
  type        = string
}

variable "target_group_arn_suffix" {
  description = "What metrics call the nodes behind it."
  type        = string
}

variable "table_name" {
  description = "The locator's table."
  type        = string
}

variable "redis" {
  description = "What CloudWatch calls the parts of Redis; null where it is somebody else's."
  type        = object({ namespace = string, dimensions = map(map(string)) })
}

variable "database_identifier" {
  description = "The Postgres; null where there is none."
  type        = string
}
