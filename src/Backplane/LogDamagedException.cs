namespace Relay.Backplane;

/// <summary>
/// Stored bytes of this document's log do not read, so no entry may be appended behind them: the document must be
/// refused, as after
/// <see cref="LogReadOutcome.Damaged"/>. Not a <see cref="BackplaneUnavailableException"/>, because repeating the call
/// does not help: an operator has to look at the disk. No entry was stored, and other documents are not affected. The
/// message is one sentence that says what is wrong and where.
/// </summary>
public sealed class LogDamagedException(string message) : Exception(message);
