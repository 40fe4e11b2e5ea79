variable "name" {
  description = "What the names of all resources begin with."
  type        = string
}

variable "cidr" {
  description = "The network's addresses."
  type        = string
}

variable "zones" {
  description = "Availability zones."
  type        = list(string)
}

variable "nat" {
  description = "single or zone."
  type        = string
}

variable "internal_port" {
  description = "Where nodes ask each other."
  type        = number
}
