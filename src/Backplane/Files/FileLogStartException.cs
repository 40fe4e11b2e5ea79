namespace Relay.Backplane;

/// <summary>
/// The file log cannot start: another process uses its directory, the directory cannot be read or written, or a segment
/// file is of another format version, or lost its framing before its end, so that it is not known whose entries are
/// missing. Nothing was changed or deleted. The message names the file, the offset, and what to do.
/// </summary>
public sealed class FileLogStartException : Exception
{
    /// <summary>Whether the only cause is that another process uses the directory.</summary>
    public bool IsInUse { get; init; }

    public FileLogStartException(string message)
        : base(message)
    {
    }

    public FileLogStartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
