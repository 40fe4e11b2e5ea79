namespace Relay.TestServers;

/// <summary>What happens to one request.</summary>
public sealed record Fault
{
    private Fault()
    {
    }

    /// <summary>The status of an answer that does not come from the server; null if the server is asked.</summary>
    public int? Status { get; private init; }

    public string ContentType { get; private init; } = "";

    public string Body { get; private init; } = "";

    /// <summary>So many bytes of the server's answer arrive before the connection ends.</summary>
    public int AnswerBytes { get; private init; }

    /// <summary>The server carries it out, and its answer is lost.</summary>
    public static Fault LostAnswer { get; } = new();

    /// <summary>The server carries it out, and its answer is cut.</summary>
    public static Fault CutAnswer(int bytes) => new() { AnswerBytes = bytes };

    /// <summary>DynamoDB's way to say no.</summary>
    public static Fault DynamoDb(int status, string code, string message = "Made up by a test.") => new()
    {
        Status = status,
        ContentType = "application/x-amz-json-1.0",
        Body = $$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{code}}","message":"{{message}}"}""",
    };

    /// <summary>S3's way to say no.</summary>
    public static Fault S3(int status, string code, string message = "Made up by a test.") => new()
    {
        Status = status,
        ContentType = "application/xml",
        Body = $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>
            """,
    };
}
