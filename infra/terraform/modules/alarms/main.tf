# What somebody has to look at, as mail. Each says in its description what to do; docs/operations.md says more.

resource "aws_sns_topic" "this" {
  name = "${var.name}-alarms"
}

resource "aws_sns_topic_subscription" "this" {
  for_each  = toset(var.emails)
  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}

# What nodes write when it matters (the sentences stand in the sources, and a test compares them).
resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each       = local.sentences
  name           = "${var.name}-${each.key}"
  log_group_name = var.log_group_name
  pattern        = "\"${each.value.sentence}\""

  metric_transformation {
    namespace     = "Relay/${var.name}"
    name          = each.key
    value         = "1"
    default_value = "0"
  }
}

locals {
  sentences = {
    saves-fail = {
      sentence = "cannot be stored; it is tried again"
      periods  = 3
      description = join(" ", [
        "Snapshots have failed for a quarter of an hour.",
        "The log keeps everything, and Redis fills up meanwhile: look at S3.",
      ])
    }
    log-lost = {
      sentence    = "Redis restarted, failed over or lost entries"
      periods     = 1
      description = "Redis restarted or failed over. Nodes append again what it lacks; find out why."
    }
  }

  service  = { ClusterName = var.cluster_name, ServiceName = var.service_name }
  balancer = { LoadBalancer = var.load_balancer_arn_suffix }
  group    = { LoadBalancer = var.load_balancer_arn_suffix, TargetGroup = var.target_group_arn_suffix }

  alarms = merge(
    {
      no-node-ready = {
        namespace  = "AWS/ApplicationELB"
        metric     = "HealthyHostCount"
        dimensions = local.group
        statistic  = "Maximum"
        comparison = "LessThanThreshold"
        threshold  = 1
        period     = 60
        periods    = 2
        missing    = "breaching"
        description = join(" ", [
          "Nobody can open a document.",
          "The nodes' log names the service that they wait for, or why they ended.",
        ])
      }
      nodes-not-ready = {
        namespace   = "AWS/ApplicationELB"
        metric      = "UnHealthyHostCount"
        dimensions  = local.group
        statistic   = "Minimum"
        comparison  = "GreaterThanThreshold"
        threshold   = 0
        period      = 60
        periods     = 10
        missing     = "notBreaching"
        description = "A node has not been ready for ten minutes. Its log says why."
      }
      balancer-refuses = {
        namespace   = "AWS/ApplicationELB"
        metric      = "HTTPCode_ELB_5XX_Count"
        dimensions  = local.balancer
        statistic   = "Sum"
        comparison  = "GreaterThanThreshold"
        threshold   = 100
        period      = 300
        periods     = 2
        missing     = "notBreaching"
        description = "Clients do not get through to nodes."
      }
      cpu = {
        namespace   = "AWS/ECS"
        metric      = "CPUUtilization"
        dimensions  = local.service
        statistic   = "Average"
        comparison  = "GreaterThanThreshold"
        threshold   = 80
        period      = 300
        periods     = 3
        missing     = "notBreaching"
        description = "Nodes are busy and the scaling has not helped for a quarter of an hour: raise max_nodes."
      }
      memory = {
        namespace   = "AWS/ECS"
        metric      = "MemoryUtilization"
        dimensions  = local.service
        statistic   = "Maximum"
        comparison  = "GreaterThanThreshold"
        threshold   = 85
        period      = 300
        periods     = 2
        missing     = "notBreaching"
        description = "A node may run out of memory. Give nodes more, or fewer connections each."
      }
      locator-throttled = {
        namespace   = "AWS/DynamoDB"
        metric      = "WriteThrottleEvents"
        dimensions  = { TableName = var.table_name }
        statistic   = "Sum"
        comparison  = "GreaterThanThreshold"
        threshold   = 100
        period      = 300
        periods     = 2
        missing     = "notBreaching"
        description = "Opening documents takes longer: nodes read snapshots and log instead of asking each other."
      }
    },
    {
      for name, filter in local.sentences : name => {
        namespace   = "Relay/${var.name}"
        metric      = name
        dimensions  = {}
        statistic   = "Sum"
        comparison  = "GreaterThanThreshold"
        threshold   = 0
        period      = 300
        periods     = filter.periods
        missing     = "notBreaching"
        description = filter.description
      }
    },
    merge([
      for name, dimensions in var.redis == null ? {} : var.redis.dimensions : {
        "${name}-cpu" = {
          namespace   = var.redis.namespace
          metric      = "EngineCPUUtilization"
          dimensions  = dimensions
          statistic   = "Average"
          comparison  = "GreaterThanThreshold"
          threshold   = 70
          period      = 300
          periods     = 2
          missing     = "notBreaching"
          description = "Redis runs its scripts one after the other on one core: use a faster one, or shards."
        }
        "${name}-memory" = {
          namespace  = var.redis.namespace
          metric     = "DatabaseMemoryUsagePercentage"
          dimensions = dimensions
          statistic  = "Maximum"
          comparison = "GreaterThanThreshold"
          threshold  = 70
          period     = 300
          periods    = 2
          missing    = "notBreaching"
          description = join(" ", [
            "Redis refuses updates when it is full.",
            "If snapshots fail, that is why it fills up; otherwise use a larger one.",
          ])
        }
      }
    ]...),
    var.database_identifier == null ? {} : {
      postgres-cpu = {
        namespace   = "AWS/RDS"
        metric      = "CPUUtilization"
        dimensions  = { DBInstanceIdentifier = var.database_identifier }
        statistic   = "Average"
        comparison  = "GreaterThanThreshold"
        threshold   = 80
        period      = 300
        periods     = 6
        missing     = "notBreaching"
        description = "Metadata of rooms is late. No document depends on it."
      }
      postgres-storage = {
        namespace   = "AWS/RDS"
        metric      = "FreeStorageSpace"
        dimensions  = { DBInstanceIdentifier = var.database_identifier }
        statistic   = "Minimum"
        comparison  = "LessThanThreshold"
        threshold   = 2147483648
        period      = 300
        periods     = 1
        missing     = "notBreaching"
        description = "Less than 2 GiB are free. Lower Postgres:KeepConnections, or let the storage grow further."
      }
    }
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}
