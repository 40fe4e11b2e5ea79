using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>
/// The names of stored snapshots, equal in S3 and on disk: <c>{prefix}{readable start of the name}-{SHA-256 of the
/// name}/{inverted epoch}-{inverted offset}-{id}</c>. The hash decides which document it is; the readable start is for
/// people only. All numbers are sixteen lower-case hexadecimal digits, and epoch and offset are
/// subtracted from the largest number, so that an ordinal listing finds the newest first. This is a stored format:
/// another alphabet or length would orphan every snapshot.
/// </summary>
public static class SnapshotKey
{
    /// <summary>
    /// The longest readable start, in characters: enough to recognise a document, short enough for every file system.
    /// </summary>
    internal const int MaxReadable = 40;

    /// <summary>The length of every <see cref="Name"/>: three numbers of sixteen digits.</summary>
    internal const int NameLength = 16 + 1 + 16 + 1 + 16;

    /// <summary>What follows the name of a snapshot that was set aside: a word and a time.</summary>
    internal const int AsideLength = 7 + 19;

    /// <summary>The longest key without its prefix, in ASCII characters.</summary>
    internal const int MaxLength = MaxReadable + 1 + 64 + 1 + NameLength + AsideLength;

    /// <summary>The longest prefix, in bytes of UTF-8: S3 keys have at most 1,024.</summary>
    public const int MaxPrefixBytes = 1024 - MaxLength;

    /// <summary>
    /// Whether a snapshot can have this position: some entry of some epoch, or the place before an epoch's first entry.
    /// </summary>
    internal static bool IsStorable(Position position) =>
        position.Epoch > 0 && position.Offset >= 0 && position.Offset == 0 == position.Id.IsNone;

    /// <summary>
    /// The folder of a document's snapshots: <c>{readable start}-{SHA-256}</c>, at most 105 characters of <c>a-z 0-9 _
    /// -</c>.
    /// </summary>
    /// <remarks>
    /// No dot and no upper case can appear, so no name is a parent folder, hidden, reserved on Windows (the hash
    /// follows), or one with another on file systems that fold case.
    /// </remarks>
    internal static string Folder(DocumentName document)
    {
        var name = document.Value;
        var folder = new StringBuilder(MaxReadable + 1 + 64);
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, MaxReadable)))
        {
            // A leading hyphen would read as an option to command-line tools that are used in the directory.
            folder.Append(char.IsAsciiLetterOrDigit(c)
                ? char.ToLowerInvariant(c)
                : c == '-' && folder.Length > 0 ? '-' : '_');
        }

        return folder.Append('-').Append(Convert.ToHexStringLower(SHA256.HashData(document.ToUtf8()))).ToString();
    }

    /// <summary>The last part of a key: where the snapshot stands among its document's.</summary>
    /// <exception cref="ArgumentException">No snapshot can have this position.</exception>
    internal static string Name(Position position)
    {
        if (!IsStorable(position))
        {
            throw new ArgumentException($"No snapshot can have the position {position}.", nameof(position));
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"{long.MaxValue - position.Epoch:x16}-{long.MaxValue - position.Offset:x16}-{position.Id}");
    }

    /// <summary>
    /// The last part of the key under which a snapshot lies that was set aside: longer than a <see cref="Name"/>, so
    /// that no listing takes it for a snapshot. Different each time, because another one of the same position may have
    /// been set aside in the same millisecond.
    /// </summary>
    internal static string AsideName(Position position, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Name(position)}.aside-{now.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}-")
                + RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>What all keys of a document start with, and no key of another document: it ends in a slash.</summary>
    internal static string Prefix(string prefix, DocumentName document) => $"{prefix}{Folder(document)}/";

    /// <summary>The whole key.</summary>
    /// <exception cref="ArgumentException">No snapshot can have this position.</exception>
    internal static string Key(string prefix, DocumentName document, Position position) =>
        Prefix(prefix, document) + Name(position);

    /// <summary>
    /// Whether this is a snapshot's key without its prefix. What is stored under a longer prefix, by other nodes, is
    /// none of this store's.
    /// </summary>
    internal static bool IsRest(ReadOnlySpan<char> key) =>
        key.IndexOf('/') is > 0 and var slash && TryParseName(key[(slash + 1)..], out _);

    /// <summary>Reads back only what <see cref="Name"/> wrote.</summary>
    internal static bool TryParseName(ReadOnlySpan<char> name, out Position position)
    {
        position = default;
        if (name.Length != NameLength || name[16] != '-' || name[33] != '-'
            || !TryParseNumber(name[..16], out var epoch) || !TryParseNumber(name[17..33], out var offset)
                || !TryParseNumber(name[34..], out var id)
            || epoch > long.MaxValue || offset > long.MaxValue)
        {
            return false;
        }

        var parsed = new Position(long.MaxValue - (long)epoch, long.MaxValue - (long)offset, new EntryId(id));
        if (!IsStorable(parsed))
        {
            return false;
        }

        position = parsed;
        return true;
    }

    /// <summary>
    /// Sixteen digits, lower case only: the framework's parsers also take upper case, and two names for one position
    /// would be two snapshots.
    /// </summary>
    private static bool TryParseNumber(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        if (digits.ContainsAnyInRange('A', 'F')
            || Convert.FromHexString(digits, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        value = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        return true;
    }
}
