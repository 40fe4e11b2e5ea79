variable "name" {
  description = "Its name."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets."
  type        = list(string)
}

variable "nodes_security_group_id" {
  description = "The nodes' security group."
  type        = string
}

variable "port" {
  description = "Where nodes hear clients."
  type        = number
}

variable "certificate_arn" {
  description = "The certificate; null for plain HTTP."
  type        = string
}

variable "allowed_cidrs" {
  description = "From where clients may come."
  type        = list(string)
}

variable "deregistration_delay" {
  description = "For how many seconds a node that leaves keeps its connections."
  type        = number
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete it."
  type        = bool
}

variable "firewall" {
  description = "How many requests one address may make; null for no firewall."
  type = object({
    requests_per_5_minutes = number
  })
  default = null
}
