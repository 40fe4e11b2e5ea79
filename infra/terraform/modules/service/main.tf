# The nodes: tasks on Fargate, each with its own address, which it finds at the task metadata endpoint.

locals {
  container = "relay"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/relay/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  # For the number of running tasks, by which connections are divided.
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  container_definitions = jsonencode([{
    name      = local.container
    image     = var.image
    essential = true

    portMappings = [
      { containerPort = var.port, protocol = "tcp" },
      { containerPort = var.internal_port, protocol = "tcp" },
    ]

    environment = [for name in sort(keys(var.environment)) : { name = name, value = var.environment[name] }]
    secrets     = [for name in sort(keys(var.secrets)) : { name = name, valueFrom = var.secrets[name] }]

    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    ulimits                = [{ name = "nofile", softLimit = 65535, hardLimit = 65535 }]
    stopTimeout            = var.stop_timeout

    # Whether it lives; whether it wants clients is what the load balancer asks.
    healthCheck = {
      command     = ["CMD", "dotnet", "Relay.dll", "health"]
      interval    = 15
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "node"
        # A node does not wait for its log.
        mode            = "non-blocking"
        max-buffer-size = "4m"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name                              = var.name
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.this.arn
  launch_type                       = "FARGATE"
  desired_count                     = var.min_nodes
  health_check_grace_period_seconds = 60
  propagate_tags                    = "SERVICE"

  # New nodes first; and at most half as many again, so that only a part of all clients moves at once.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 150

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [var.nodes_security_group_id]
  }

  load_balancer {
    target_group_arn = var.target_group_arn
    container_name   = local.container
    container_port   = var.port
  }

  lifecycle {
    # The scaling says how many.
    ignore_changes = [desired_count]
  }

  # What a node needs at its start.
  depends_on = [aws_iam_role_policy.task, aws_iam_role_policy.execution]
}
