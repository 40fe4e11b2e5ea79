using Relay.Access;

namespace Relay.Startup;

/// <summary>
/// All settings, under <c>Relay:</c> in the configuration; validated once, at start. Each property says what its
/// setting means, its default and its unit.
/// </summary>
internal sealed record RelaySettings
{
    public NodeOptions Node { get; init; } = new();

    public InternalOptions Internal { get; init; } = new();

    public RedisOptions Redis { get; init; } = new();

    public DynamoDbOptions DynamoDb { get; init; } = new();

    public S3Options S3 { get; init; } = new();

    public FileStoreOptions FileStore { get; init; } = new();

    public PostgresOptions Postgres { get; init; } = new();

    public DocumentsOptions Documents { get; init; } = new();

    public LimitsOptions Limits { get; init; } = new();

    public NetworkOptions Network { get; init; } = new();

    public AuthOptions Auth { get; init; } = new();

    public ShutdownOptions Shutdown { get; init; } = new();

    /// <summary>
    /// By which names clients may address this node. Without tokens, nothing but the name tells this node's own pages
    /// from those of another site (<see cref="Access.AllowedHosts"/>), so only this machine's names and those of
    /// <c>Network:AllowedHosts</c> are allowed. With tokens it is every name, unless that setting names some.
    /// </summary>
    public AllowedHosts AllowedHosts =>
        Auth.Jwt is not null ? Network.AllowedHosts ?? AllowedHosts.All
        : Network.AllowedHosts is { } named ? AllowedHosts.Local.And(named) : AllowedHosts.Local;

    /// <summary>
    /// Whether metadata of rooms is kept in a file under <c>FileStore:Path</c>: by a node that is alone and has no
    /// Postgres.
    /// </summary>
    public bool KeepsMetadataFile => Postgres.ConnectionString is null && Redis.Configuration is null;

    /// <summary>Reads all settings.</summary>
    /// <exception cref="SettingsException">One or more settings are unknown, do not read, or contradict each other; the
    /// message names them all.</exception>
    public static RelaySettings Read(IConfiguration configuration, bool isDevelopment)
    {
        var reader = new SettingsReader(configuration.GetSection("Relay"));
        var settings = new RelaySettings
        {
            Node = NodeOptions.Read(reader),
            Internal = InternalOptions.Read(reader, isDevelopment),
            Redis = RedisOptions.Read(reader),
            DynamoDb = DynamoDbOptions.Read(reader),
            S3 = S3Options.Read(reader),
            FileStore = FileStoreOptions.Read(reader),
            Postgres = PostgresOptions.Read(reader),
            Documents = DocumentsOptions.Read(reader),
            Limits = LimitsOptions.Read(reader),
            Network = NetworkOptions.Read(reader),
            Auth = AuthOptions.Read(reader, isDevelopment),
            Shutdown = ShutdownOptions.Read(reader),
        };
        SettingsTogether.Check(settings, reader);
        reader.ThrowIfRefused();
        return settings;
    }
}
