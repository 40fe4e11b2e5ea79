using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

/// <summary>
/// Whether the log's files could be written when that was last tried; logs once when it begins to fail and once when it
/// succeeds again. Reported by the writer and by flushes beside it, so a failure of both at once may be logged twice.
/// </summary>
internal sealed partial class WriteHealth(ILogger logger)
{
    private volatile bool isFailing;

    /// <summary>Whether the last try failed; on any thread.</summary>
    public bool IsFailing => isFailing;

    /// <summary>Takes how a try ended.</summary>
    /// <param name="error">What failed; null if the try succeeded.</param>
    /// <param name="file">The file or directory that was written to.</param>
    public void Report(Exception? error, string file)
    {
        if (error is not null && !isFailing)
        {
            isFailing = true;
            LogWriteFailed(error, file);
        }
        else if (error is null && isFailing)
        {
            isFailing = false;
            LogWritesAgain(file);
        }
    }
}
