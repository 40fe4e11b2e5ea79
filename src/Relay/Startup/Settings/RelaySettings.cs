namespace Relay.Startup;

/// <summary>All settings, under <c>Relay:</c> in the configuration; validated once, at start. Each property says what its setting means, its default and its unit.</summary>
internal sealed record RelaySettings
{
    public NodeOptions Node { get; init; } = new();

    public FileStoreOptions FileStore { get; init; } = new();

    public DocumentsOptions Documents { get; init; } = new();

    public LimitsOptions Limits { get; init; } = new();

    public AuthOptions Auth { get; init; } = new();

    public ShutdownOptions Shutdown { get; init; } = new();

    /// <summary>Reads all settings.</summary>
    /// <exception cref="SettingsException">One or more settings are unknown, do not read, or contradict each other; the message names them all.</exception>
    public static RelaySettings Read(IConfiguration configuration, bool isDevelopment)
    {
        var reader = new SettingsReader(configuration.GetSection("Relay"));
        var settings = new RelaySettings
        {
            Node = NodeOptions.Read(reader),
            FileStore = FileStoreOptions.Read(reader),
            Documents = DocumentsOptions.Read(reader),
            Limits = LimitsOptions.Read(reader),
            Auth = AuthOptions.Read(reader, isDevelopment),
            Shutdown = ShutdownOptions.Read(reader),
        };
        reader.ThrowIfRefused();
        return settings;
    }
}
