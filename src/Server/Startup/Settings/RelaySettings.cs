using Relay.Access;
using Relay.Sessions;

namespace Relay.Startup;

/// <summary>
/// All settings, under <c>Relay:</c> in the configuration; validated once, at start. The names of sections and
/// properties are the keys. Each property says what its setting means, its default and its unit.
/// </summary>
internal sealed class RelaySettings
{
    public NodeOptions Node { get; } = new();

    public InternalOptions Internal { get; } = new();

    public RedisOptions Redis { get; } = new();

    public DynamoDbOptions DynamoDb { get; } = new();

    public S3Options S3 { get; } = new();

    public FileStoreOptions FileStore { get; } = new();

    public PostgresOptions Postgres { get; } = new();

    public DocumentsOptions Documents { get; } = new();

    public LimitsOptions Limits { get; } = new();

    public NetworkOptions Network { get; } = new();

    public AuthOptions Auth { get; } = new();

    public ShutdownOptions Shutdown { get; } = new();

    /// <summary>
    /// By which names clients may address this node. Without tokens, only the name tells this node's own pages
    /// from those of another site (<see cref="Access.AllowedHosts"/>), so only this machine's names and those of
    /// <c>Network:AllowedHosts</c> are allowed. With tokens it is every name, unless that setting names some.
    /// </summary>
    internal AllowedHosts AllowedHosts() =>
        Auth.AsksForTokens ? Network.Hosts() ?? Access.AllowedHosts.All
        : Network.Hosts() is { } named ? Access.AllowedHosts.Local.And(named) : Access.AllowedHosts.Local;

    /// <summary>
    /// Whether metadata of documents is kept in a file under <c>FileStore:Path</c>: by a node that is alone and has no
    /// Postgres.
    /// </summary>
    internal bool KeepsMetadataFile => Postgres.ConnectionString is null && Redis.Configuration is null;

    /// <summary>Reads all settings.</summary>
    /// <exception cref="SettingsException">
    /// One or more settings are unknown, do not read, or contradict each other; the message names them all.
    /// </exception>
    public static RelaySettings Read(IConfiguration configuration, bool isDevelopment)
    {
        var settings = new RelaySettings();
        var texts = new SettingsTexts(configuration.GetSection(SettingsCheck.Root), settings);
        settings.Check(new SettingsCheck(texts), isDevelopment);
        texts.ThrowIfRefused();
        return settings;
    }

    /// <summary>What sessions need of the settings.</summary>
    internal SessionSettings ForSessions() => new()
    {
        IdleTimeout = Documents.IdleTimeout,
        SaveInterval = Documents.SaveInterval,
        Retention = Documents.Retention(),
        Content = new YjsContentKind(Documents.GarbageCollection),
        MaxDocumentBytes = Limits.MaxDocumentBytes,
        MaxConnectionsPerDocument = Limits.MaxConnectionsPerDocument,
        Sync = new AnswerSizes(Limits.MaxSyncMessageBytes, Limits.MaxSyncMessageBytes / 4, MaxLast: 2 << 20),
        StatelessBytes = Math.Max(4L * Limits.MaxStatelessBytes, 1 << 20),
        Awareness = new AwarenessLimits(
            Limits.MaxAwarenessBytes,
            Limits.MaxAwarenessEntries,

            // Stock clients repeat all that they hear in one message, which must not be too large to be sent.
            Math.Min(Limits.MaxDocumentAwarenessBytes, Limits.MaxMessageBytes / 2)),
    };

    private void Check(SettingsCheck check, bool isDevelopment)
    {
        Node.Check(check.In(Node));
        Internal.Check(check.In(Internal), isDevelopment);
        Redis.Check(check.In(Redis));
        DynamoDb.Check(check.In(DynamoDb));
        S3.Check(check.In(S3));
        FileStore.Check(check.In(FileStore));
        Postgres.Check(check.In(Postgres));
        Documents.Check(check.In(Documents));
        Limits.Check(check.In(Limits));
        Network.Check(check.In(Network));
        Auth.Check(check.In(Auth), isDevelopment);
        Shutdown.Check(check.In(Shutdown));
        SettingsTogether.Check(this, check);
    }
}
