variable "name" {
  description = "The repository's name."
  type        = string
}

variable "keep_images" {
  description = "How many images stay."
  type        = number
}

variable "deletion_protection" {
  description = "Whether a registry with images cannot be destroyed."
  type        = bool
}
