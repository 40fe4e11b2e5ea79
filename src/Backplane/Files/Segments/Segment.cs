using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Relay.Backplane;

/// <summary>
/// One append-only file of the log, <c>{number, 20 digits}.log</c>. Header, little endian: 0 "RelayLog", 8 version
/// (u32), 12 seed of the checksums (u32), 16 number (i64), 24 length of the segment before (u32; 0: there was none, or
/// not said), 28 CRC-32C of the bytes before. Counts its users, because a reader may still hold a segment that cleaning
/// has removed.
/// </summary>
internal sealed class Segment(long number, string path, ISegmentFile file, uint seed)
{
    public const int HeaderLength = 32;
    public const string Extension = ".log";

    /// <summary>What is appended to the name of a damaged segment when it leaves the log.</summary>
    public const string SetAsideSuffix = ".damaged";

    private const uint Version = 2;

    private int users = 1;
    private long flushed;

    public long Number { get; } = number;

    public string Path { get; } = path;

    public ISegmentFile File { get; } = file;

    /// <summary>Where the checksums of this segment's records start.</summary>
    public uint Seed { get; } = seed;

    /// <summary>
    /// The length of the segment before when this one was begun; 0 if there was none, or if the file does not say.
    /// </summary>
    public long PreviousLength { get; init; }

    /// <summary>The bytes that count: where the next record goes.</summary>
    public long Length { get; set; } = HeaderLength;

    /// <summary>The bytes of records that still matter. Zero in a sealed segment: it can be removed.</summary>
    public long LiveBytes { get; set; }

    /// <summary>
    /// The bytes from the beginning that the disk is known to have; 0 while it is not known to have all of the segment
    /// before. Read and written by several threads.
    /// </summary>
    public long Flushed
    {
        get => Volatile.Read(ref flushed);
        set => Volatile.Write(ref flushed, value);
    }

    /// <summary>Some record's payload does not read: the file is set aside where others are deleted.</summary>
    public bool HasDamage { get; set; }

    private static ReadOnlySpan<byte> Magic => "RelayLog"u8;

    public static string NameOf(long number) => number.ToString("d20", CultureInfo.InvariantCulture) + Extension;

    public static bool TryParseName(string fileName, out long number)
    {
        number = 0;
        return fileName.Length == 20 + Extension.Length
            && fileName.EndsWith(Extension, StringComparison.Ordinal)
            && long.TryParse(fileName.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>
    /// Writes the header of an empty file. The caller owns <paramref name="file"/> until this has returned.
    /// </summary>
    public static Segment Begin(long number, string path, ISegmentFile file, long previousLength)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        Span<byte> random = stackalloc byte[4];
        RandomNumberGenerator.Fill(random);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        random.CopyTo(header[12..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)Math.Min(previousLength, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Crc32C.Compute(0, header[..28]));
        file.Write(header, 0);
        return new Segment(number, path, file, BinaryPrimitives.ReadUInt32LittleEndian(random));
    }

    /// <summary>
    /// Reads the header of a file; otherwise <paramref name="problem"/> says what is wrong with it and what to do.
    /// </summary>
    public static Segment? TryOpen(long number, string path, ISegmentFile file, out string? problem)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (file.Read(header, 0) < HeaderLength)
        {
            problem = "its header is incomplete. Put a good copy back";
        }
        else if (!header.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(header[28..]) != Crc32C.Compute(0, header[..28]))
        {
            problem = "its header does not read. Put a good copy back";
        }
        else if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) is var version && version != Version)
        {
            problem = $"it has format version {version}, and this version of Relay reads version {Version} only. Start "
                + "the version that wrote it";
        }
        else if (BinaryPrimitives.ReadInt64LittleEndian(header[16..]) is var own && own != number)
        {
            problem = $"its header says that it is number {own}. Put a good copy back";
        }
        else
        {
            problem = null;
            return new Segment(number, path, file, BinaryPrimitives.ReadUInt32LittleEndian(header[12..]))
            {
                PreviousLength = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]),
                Length = file.Length,
            };
        }

        return null;
    }

    /// <summary>
    /// Keeps the file open until <see cref="Release"/>. Called while the segment is known to be in the log.
    /// </summary>
    public void Acquire() => Interlocked.Increment(ref users);

    public void Release()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            File.Dispose();
        }
    }
}
