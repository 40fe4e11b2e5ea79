namespace Relay.Backplane;

/// <summary>
/// Redis has not carried out a command, and will not: it may be sent another way. Never leaves the backplane.
/// </summary>
internal sealed class DirectRefusedException(string message) : Exception(message);
