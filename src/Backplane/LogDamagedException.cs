namespace Relay.Backplane;

/// <summary>
/// Stored bytes of this document's log do not read, so nothing may be appended behind them: the document must be
/// refused, as after
/// <see cref="LogReadOutcome.Damaged"/>. Not a <see cref="BackplaneUnavailableException"/>, because repeating the call
/// does not help: somebody has to look at the disk. Nothing was stored, and other documents are not affected. The
/// message is one sentence that says what is wrong and where.
/// </summary>
public sealed class LogDamagedException(string message) : Exception(message);
