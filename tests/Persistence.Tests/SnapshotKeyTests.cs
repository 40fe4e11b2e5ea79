using System.Text;
using System.Text.RegularExpressions;
using Relay.Yjs;

namespace Relay.Persistence;

public sealed class SnapshotKeyTests
{
    /// <summary>
    /// Spelled out, because another spelling would orphan every stored snapshot. The hashes are those of <c>printf %s …
    /// | sha256sum</c>.
    /// </summary>
    [Theory]
    [InlineData("abc", "abc-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("Team/Notes-1", "team_notes-1-bd069bb72a18b9fc4518679cdf44d86a8ba283dd55e72ec2e408520b4ebff722")]
    public void The_folder_is_as_documented(string name, string folder) =>
        Assert.Equal(folder, SnapshotKey.Folder(DocumentName.Create(name)));

    [Fact]
    public void The_key_is_as_documented()
    {
        var key = SnapshotKey.Key("relay/", DocumentName.Create("abc"), new Position(1, 0x10, new EntryId(0xAB)));

        Assert.Equal(
            "relay/abc-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/"
                + "7ffffffffffffffe-7fffffffffffffef-00000000000000ab",
            key);
    }

    [Fact]
    public void No_name_leaves_its_folder_or_shares_one_with_another_or_exceeds_a_length()
    {
        var safe = new Regex(@"\A[a-z0-9_][a-z0-9_-]{0,39}-[0-9a-f]{64}\z");
        var folders = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in Samples.HostileNames)
        {
            var document = DocumentName.Create(name);
            var folder = SnapshotKey.Folder(document);
            Assert.Matches(safe, folder);
            Assert.True(folders.Add(folder), $"Two names share {folder}.");

            var prefix = new string('p', SnapshotKey.MaxPrefixBytes);
            var key = SnapshotKey.Key(prefix, document, new Position(1, 1, new EntryId(1)));
            Assert.InRange(Encoding.UTF8.GetByteCount(key), 1, 1024);
            Assert.InRange(key.Length - prefix.Length, 1, SnapshotKey.MaxLength);
            Assert.StartsWith(SnapshotKey.Prefix(prefix, document), key);
        }
    }

    [Fact]
    public void An_ordinal_listing_is_newest_first_and_reads_back()
    {
        var seed = TestSeed.Next();
        var random = new Random(seed);
        long[] numbers = [1, 2, 9, 10, 15, 16, 17, 255, 256, int.MaxValue, 1_767_225_600_000_000, long.MaxValue - 1,
            long.MaxValue, .. Enumerable.Range(0, 20).Select(_ => random.NextInt64(1, long.MaxValue))];
        var positions = numbers.SelectMany(
            epoch => numbers.Select(offset => new Position(epoch, offset, new EntryId((ulong)random.NextInt64() + 1))))
            .Distinct().ToList();

        var listed = positions.Select(SnapshotKey.Name).Order(StringComparer.Ordinal).Select(name =>
        {
            Assert.Equal(SnapshotKey.NameLength, name.Length);
            Assert.True(SnapshotKey.TryParseName(name, out var position), $"{name} (seed {seed})");
            return position;
        });

        Assert.Equal(positions.OrderByDescending(p => p.Epoch).ThenByDescending(p => p.Offset), listed);
    }

    [Fact]
    public void Only_what_was_written_is_parsed()
    {
        const string Good = "7ffffffffffffffe-7fffffffffffffef-00000000000000ab";
        Assert.True(SnapshotKey.TryParseName(Good, out _));
        string[] wrong =
        [
            "", Good[1..], Good + "0", Good + ".tmp", " " + Good[1..], Good.ToUpperInvariant(),
                Good.Replace("ab", "aB"), Good.Replace("ab", "ag"), Good.Replace('-', '_'),
            "+" + Good[1..], "0x" + Good[2..], "８" + Good[1..],
            "8000000000000000-7fffffffffffffef-00000000000000ab", "7ffffffffffffffe-ffffffffffffffff-00000000000000ab",
            "7fffffffffffffff-7fffffffffffffef-00000000000000ab", "7ffffffffffffffe-7fffffffffffffff-00000000000000ab",
                "7ffffffffffffffe-7fffffffffffffef-0000000000000000",
        ];
        Assert.All(wrong, name => Assert.False(SnapshotKey.TryParseName(name, out _), name));

        // Whatever single character is changed, the name is refused or is the name of exactly one other position.
        for (var at = 0; at < Good.Length; at++)
        {
            for (var c = '\0'; c < 256; c++)
            {
                var changed = Good[..at] + c + Good[(at + 1)..];
                if (SnapshotKey.TryParseName(changed, out var position))
                {
                    Assert.Equal(changed, SnapshotKey.Name(position));
                }
            }
        }
    }

    [Fact]
    public void A_position_that_no_snapshot_can_have_has_no_name()
    {
        Position[] wrong = [Position.None, new(0, 1, new EntryId(1)), new(1, 1, EntryId.None),
            new(1, 0, new EntryId(1)), new(-1, 1, new EntryId(1)), new(1, -1, new EntryId(1))];

        Assert.All(wrong, position => Assert.Throws<ArgumentException>(() => SnapshotKey.Name(position)));
    }

    [Fact]
    public void What_is_set_aside_twice_in_a_millisecond_has_two_names_and_neither_is_a_snapshots()
    {
        var (position, now) = (Samples.At(1, 2), DateTimeOffset.UnixEpoch);
        var names = Enumerable.Range(0, 100).Select(_ => SnapshotKey.AsideName(position, now)).ToArray();
        Assert.Equal(100, names.Distinct().Count());
        Assert.All(names, name => Assert.StartsWith($"{SnapshotKey.Name(position)}.aside-19700101T000000000Z-", name,
            StringComparison.Ordinal));
        Assert.All(names, name => Assert.False(SnapshotKey.TryParseName(name, out _)));
    }
}
