namespace Relay.Backplane.Support;

/// <summary>
/// Opens real segment files and knows what of them a disk without power would have kept: what was flushed, and of the
/// rest any sectors in any order. A flush that fails drops what it was to write, as Linux does.
/// </summary>
internal sealed class PowerCutDisk
{
    private const int SectorBytes = 512;

    private readonly Dictionary<string, DiskFile> files = [];

    public bool FlushFails { get; set; }

    /// <summary>Runs before each flush, on the thread that flushes.</summary>
    public Action? BeforeFlush { get; set; }

    public ISegmentFile Open(string path, FileMode mode)
    {
        if (mode == FileMode.Create || !files.TryGetValue(path, out var file))
        {
            files[path] = file = new DiskFile(mode == FileMode.Create ? null : File.ReadAllBytes(path));
        }

        return new OpenFile(this, file, new SegmentFile(path, mode));
    }

    /// <summary>Leaves in another directory what the disk has when the power goes now.</summary>
    public void Cut(Random random, string log)
    {
        Directory.CreateDirectory(log);
        foreach (var (path, file) in files)
        {
            // Before the first flush not even the name need be there. What was deleted was so after the directory's
            // flush.
            if (File.Exists(path) && (file.Kept is not null || random.Next(2) == 0))
            {
                File.WriteAllBytes(Path.Combine(log, Path.GetFileName(path)), file.AfterCut(random));
            }
        }
    }

    private sealed class DiskFile(byte[]? kept)
    {
        private readonly List<(long Offset, byte[] Sector)> unflushed = [];
        private byte[] current = kept ?? [];

        public byte[]? Kept { get; private set; } = kept;

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (current.Length < offset + bytes.Length)
            {
                Array.Resize(ref current, (int)offset + bytes.Length);
            }

            bytes.CopyTo(current.AsSpan((int)offset));
            for (var at = offset / SectorBytes * SectorBytes; at < offset + bytes.Length; at += SectorBytes)
            {
                unflushed.Add((at, current[(int)at..(int)Math.Min(at + SectorBytes, current.Length)]));
            }
        }

        public void Truncate(long length) => Array.Resize(ref current, (int)length);

        public void Flush(bool fails)
        {
            if (!fails)
            {
                Array.Resize(ref current, current.Length);
                var flushed = new byte[current.Length];
                Kept?.AsSpan(0, Math.Min(Kept.Length, flushed.Length)).CopyTo(flushed);
                unflushed.ForEach(one => CopyWithin(one.Sector, flushed, one.Offset));
                Kept = flushed;
            }

            unflushed.Clear();
        }

        public byte[] AfterCut(Random random)
        {
            var some = unflushed.Where(_ => random.Next(3) > 0).ToList();
            if (random.Next(4) == 0)
            {
                some.Clear();
            }

            var length = Math.Max(Kept?.Length ?? 0,
                some.Select(one => one.Offset + one.Sector.Length).DefaultIfEmpty().Max());
            if (random.Next(2) == 0)
            {
                length = Math.Max(length, current.Length);
            }

            var bytes = new byte[length];
            Kept?.CopyTo(bytes, 0);
            some.ForEach(one => CopyWithin(one.Sector, bytes, one.Offset));
            return bytes;
        }

        private static void CopyWithin(byte[] sector, byte[] target, long offset)
        {
            var length = (int)Math.Min(sector.Length, target.Length - offset);
            if (length > 0)
            {
                sector.AsSpan(0, length).CopyTo(target.AsSpan((int)offset));
            }
        }
    }

    private sealed class OpenFile(PowerCutDisk disk, DiskFile file, SegmentFile real) : ISegmentFile
    {
        public long Length => real.Length;

        public int Read(Span<byte> target, long offset) => real.Read(target, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            real.Write(bytes, offset);
            file.Write(bytes, offset);
        }

        public void Truncate(long length)
        {
            real.Truncate(length);
            file.Truncate(length);
        }

        public void Flush()
        {
            disk.BeforeFlush?.Invoke();
            file.Flush(disk.FlushFails);
            if (disk.FlushFails)
            {
                throw new IOException("Input/output error (flush).");
            }
        }

        public void Dispose() => real.Dispose();
    }
}
