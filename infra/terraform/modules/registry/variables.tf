variable "name" {
  description = "The repository's name."
  type        = string
}

variable "keep_images" {
  description = "How many images stay."
  type        = number
}
