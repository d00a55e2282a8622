"""A SAM template of N services: an API route with its function, a consumer function behind a rule on a custom bus, a table, a queue with
its dead-letter queue. After the transform a service has a little over ten resources."""

HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.12
    Timeout: 30
    MemorySize: 256
    Tracing: Active
  Api:
    TracingEnabled: true
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      Name: bench-api
      StageName: prod
  Bus:
    Type: AWS::Events::EventBus
    Properties:
      Name: bench-bus
"""

SERVICE = """\
  Svc{n:04}Api:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: bench-{n:04}-api
      CodeUri: s3://bench/src.zip
      Handler: api.handler
      Policies:
        - DynamoDBCrudPolicy: {{ TableName: !Ref Svc{n:04}Table }}
        - EventBridgePutEventsPolicy: {{ EventBusName: !Ref Bus }}
      Events:
        Http:
          Type: Api
          Properties: {{ RestApiId: !Ref Api, Path: /svc{n:04}, Method: POST }}
  Svc{n:04}Consumer:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bench/src.zip
      Handler: consumer.handler
      DeadLetterQueue: {{ Type: SQS, TargetArn: !GetAtt Svc{n:04}Dlq.Arn }}
      Environment:
        Variables:
          QUEUE_URL: !Ref Svc{n:04}Queue
      Events:
        Upstream:
          Type: EventBridgeRule
          Properties:
            EventBusName: !Ref Bus
            Pattern:
              source: [bench.svc{n:04}]
              detail-type: [Something Happened]
  Svc{n:04}Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{ AttributeName: pk, AttributeType: S }}]
      KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]
  Svc{n:04}Queue:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Svc{n:04}Dlq.Arn
        maxReceiveCount: 3
  Svc{n:04}Dlq:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 1209600
"""


def template(services: int) -> str:
    """The template's text."""
    return HEAD + "".join(SERVICE.format(n=n) for n in range(1, services + 1))


def functions(count: int) -> str:
    """A plain CloudFormation template of functions alone: four alarms each."""
    body = "".join(
        f"  Fn{n:03}:\n    Type: AWS::Lambda::Function\n    Properties: {{ FunctionName: bench-fn-{n:03}, Timeout: 30 }}\n"
        for n in range(1, count + 1)
    )
    return f'AWSTemplateFormatVersion: "2010-09-09"\nResources:\n{body}'
