namespace Relay.Backplane.Support;

/// <summary>A directory that goes when the test ends, and the segment files in it.</summary>
internal sealed class TestDirectory : IDisposable
{
    public TestDirectory() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(),
        $"relay-file-log-{Guid.NewGuid():n}");

    public string Log => System.IO.Path.Combine(Path, "log");

    public string[] Segments => [.. Directory.GetFiles(Log, "*.log").Order(StringComparer.Ordinal)];

    public long Bytes => Segments.Sum(path => new FileInfo(path).Length);

    public void CopyLogTo(TestDirectory other)
    {
        Directory.CreateDirectory(other.Log);
        foreach (var path in Directory.GetFiles(Log).Where(path => System.IO.Path.GetFileName(path) != "lock"))
        {
            File.Copy(path, System.IO.Path.Combine(other.Log, System.IO.Path.GetFileName(path)), overwrite: true);
        }
    }

    private string FlushMark => System.IO.Path.Combine(Log, "flushed");

    /// <summary>Removes what a log that was closed says of the disk.</summary>
    public void ForgetFlush() => File.Delete(FlushMark);

    public void CopyFlushTo(TestDirectory other)
    {
        if (File.Exists(FlushMark))
        {
            File.Copy(FlushMark, other.FlushMark);
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
