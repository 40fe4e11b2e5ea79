using Relay.Backplane;

namespace Relay.Startup;

/// <summary>The backplane that joins several nodes.</summary>
internal sealed record RedisOptions
{
    private const string Main = "Redis:Configuration";

    /// <summary>
    /// <c>Redis:Configuration</c>: a StackExchange.Redis configuration string. Absent: an in-process backplane, its log
    /// in files.
    /// </summary>
    public string? Configuration { get; init; }

    /// <summary>
    /// <c>Redis:User</c>: the ACL user. Absent: the one of <see cref="Configuration"/>, or Redis' default user.
    /// </summary>
    public string? User { get; init; }

    /// <summary>
    /// <c>Redis:Password</c>: of any characters; a configuration string takes none with a comma. Absent: the one of
    /// <see cref="Configuration"/>, or none.
    /// </summary>
    public string? Password { get; init; }

    /// <summary>
    /// <c>Redis:MinReplicas</c>: how many replicas must have an entry before it is shown or acknowledged. Default: 0.
    /// </summary>
    public int MinReplicas { get; init; }

    public static RedisOptions Read(SettingsReader reader)
    {
        var configuration = reader.Text(Main);
        var user = reader.Companion("Redis:User", Main, configuration);
        var password = reader.Companion("Redis:Password", Main, configuration);
        var replicas = (int)reader.Number("Redis:MinReplicas", 0, 0, 5);
        if (configuration is null && replicas > 0)
        {
            reader.Refuse("Relay:Redis:MinReplicas has no meaning without Relay:Redis:Configuration.");
        }

        if (configuration is not null && RedisConfiguration.Check(configuration, user, password) is { } wrong)
        {
            reader.Refuse(wrong);
        }

        return new RedisOptions
        {
            Configuration = configuration,
            User = user,
            Password = password,
            MinReplicas = replicas,
        };
    }

    /// <summary>The servers, without user and password.</summary>
    public string Servers() => string.Join(", ", RedisConfiguration.Servers(Configuration ?? ""));

    public override string ToString() => Servers();
}
