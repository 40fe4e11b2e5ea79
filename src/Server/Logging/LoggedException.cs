namespace Relay.Logging;

/// <summary>Stands for an exception whose text has to be cleaned before it is logged.</summary>
internal sealed class LoggedException : Exception
{
    private readonly string text;

    private LoggedException(Exception exception, string text)
        : base(LogText.Clean(exception.Message, LogText.MaxLineLength)) => this.text = text;

    /// <summary>The exception itself where its text is fit for a log.</summary>
    public static Exception? Of(Exception? exception)
    {
        if (exception?.ToString() is not { } raw)
        {
            return exception;
        }

        var clean = LogText.Clean(raw, LogText.MaxExceptionLength, keepsLines: true);
        return ReferenceEquals(clean, raw) ? exception : new LoggedException(exception, clean);
    }

    public override string ToString() => text;
}
