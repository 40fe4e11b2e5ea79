output "topic_arn" {
  value = aws_sns_topic.this.arn
}

output "alarm_names" {
  value = sort(keys(aws_cloudwatch_metric_alarm.this))
}
