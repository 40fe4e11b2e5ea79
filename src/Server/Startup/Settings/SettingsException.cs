namespace Relay.Startup;

/// <summary>
/// The node does not start with these settings; the message has one sentence for each that is wrong, with its name.
/// </summary>
internal sealed class SettingsException(string message) : Exception(message);
