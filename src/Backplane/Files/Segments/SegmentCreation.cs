namespace Relay.Backplane;

/// <summary>Makes new segment files.</summary>
internal static class SegmentCreation
{
    /// <summary>
    /// Creates an empty segment, or none. An earlier try that failed may have left a file without records under the
    /// name: it is overwritten.
    /// </summary>
    public static Segment Create(string directory, long number, long previousLength, FileLogOptions options)
    {
        var path = Path.Combine(directory, Segment.NameOf(number));
        ISegmentFile? file = null;
        try
        {
            file = options.OpenFile(path, FileMode.Create);
            var segment = Segment.Begin(number, path, file, previousLength);
            if (options.Flush == FlushPolicy.Always)
            {
                file.Flush();
                DirectoryFlush.Flush(directory);
                segment.Flushed = Segment.HeaderLength;
            }

            return segment;
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }
}
