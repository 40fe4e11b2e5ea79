namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// Bounds what one connection sends of an application's own messages, because each goes to all who have the document
/// open: so many and so many bytes a second in the long run, ten times that at once after a pause. Not thread-safe.
/// </summary>
internal sealed class StatelessRate(int bytesPerSecond, TimeProvider time)
{
    public const int MessagesPerSecond = 200;
    public const int BurstSeconds = 10;

    private double messages = (double)MessagesPerSecond * BurstSeconds;
    private double bytes = (double)bytesPerSecond * BurstSeconds;
    private long since = time.GetTimestamp();

    /// <summary>Counts a message, or says that it is one too many; then it is dropped.</summary>
    public bool TryTake(int length)
    {
        var now = time.GetTimestamp();
        var passed = time.GetElapsedTime(since, now).TotalSeconds;
        since = now;
        messages = Math.Min(MessagesPerSecond * (double)BurstSeconds, messages + (passed * MessagesPerSecond));
        bytes = Math.Min(bytesPerSecond * (double)BurstSeconds, bytes + (passed * bytesPerSecond));
        if (messages < 1 || bytes < length)
        {
            return false;
        }

        messages--;
        bytes -= length;
        return true;
    }
}
