namespace Relay.Persistence;

/// <summary>The check of a directory's format version before a node starts on it.</summary>
internal static class DirectoryFormatCheck
{
    /// <summary>
    /// Looks at one stored snapshot, as a store holds one version only: why this node must not start on it, or null.
    /// </summary>
    /// <exception cref="IOException">The directory does not read.</exception>
    public static string? Find(string root)
    {
        try
        {
            var found = new DirectoryInfo(root).EnumerateDirectories().SelectMany(folder => folder.EnumerateFiles())
                .FirstOrDefault(file => SnapshotKey.TryParseName(file.Name, out _));
            if (found is null)
            {
                return null;
            }

            using var file = found.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var start = new byte[SnapshotFormat.FixedBytes];
            var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return SnapshotFormat.StartRefusal(start.AsSpan(0, length), found.FullName);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another node has just pruned it; that node has made this check and writes its own version.
            return null;
        }
    }
}
