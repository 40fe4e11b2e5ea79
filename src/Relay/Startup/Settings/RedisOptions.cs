namespace Relay.Startup;

/// <summary>The backplane that joins several nodes.</summary>
internal sealed record RedisOptions
{
    /// <summary><c>Redis:Configuration</c>: a StackExchange.Redis configuration string. Absent: an in-process backplane, its log in files.</summary>
    public string? Configuration { get; init; }

    /// <summary><c>Redis:MinReplicas</c>: how many replicas must have an entry before it is shown or acknowledged. Default: 0.</summary>
    public int MinReplicas { get; init; }

    public static RedisOptions Read(SettingsReader reader)
    {
        var configuration = reader.Text("Redis:Configuration");
        var replicas = (int)reader.Number("Redis:MinReplicas", 0, 0, 5);
        if (configuration is null && replicas > 0)
        {
            reader.Refuse("Relay:Redis:MinReplicas has no meaning without Relay:Redis:Configuration.");
        }

        return new RedisOptions { Configuration = configuration, MinReplicas = replicas };
    }

    /// <summary>The servers, without user and password.</summary>
    public string Servers() =>
        string.Join(", ", (Configuration ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(part => !part.Contains('=')));

    public override string ToString() => Servers();
}
