using Amazon.S3;
using Amazon.S3.Model;
using Relay.Persistence.S3;
using Relay.Yjs;

namespace Relay.Persistence;

[Collection(S3CollectionDefinition.Name)]
public sealed class S3SnapshotStoreTests : SnapshotStoreSpecification, IDisposable
{
    private readonly S3SnapshotStoreOptions options;
    private readonly S3SnapshotStore store;
    private readonly S3SnapshotStore other;
    private readonly AmazonS3Client client;

    public S3SnapshotStoreTests(S3Fixture server)
    {
        // Small pages, so that every listing with more than a few snapshots has several.
        options = server.NewPlace() with { PageSize = 7 };
        store = new S3SnapshotStore(options, TimeProvider.System);
        other = new S3SnapshotStore(options, TimeProvider.System);
        client = server.NewClient();
    }

    protected override ISnapshotStore Store => store;

    protected override ISnapshotStore OtherStore => other;

    public void Dispose()
    {
        store.Dispose();
        other.Dispose();
        client.Dispose();
    }

    protected override async Task<byte[]?> GetStoredAsync(DocumentName document, Position position)
    {
        try
        {
            using var answer = await client.GetObjectAsync(options.Bucket, KeyOf(document, position)).Soon();
            using var bytes = new MemoryStream();
            await answer.ResponseStream.CopyToAsync(bytes).Soon();
            return bytes.ToArray();
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode == "NoSuchKey")
        {
            return null;
        }
    }

    protected override async Task<byte[]> GetAsideAsync(string place)
    {
        using var answer = await client.GetObjectAsync(options.Bucket, place[$"s3://{options.Bucket}/".Length..])
            .Soon();
        using var bytes = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(bytes).Soon();
        return bytes.ToArray();
    }

    protected override Task PutStoredAsync(DocumentName document, Position position, byte[] bytes) =>
        PutAsync(KeyOf(document, position), bytes);

    [Fact]
    public async Task A_stored_snapshot_of_another_version_stops_the_start_and_is_left_as_it_is()
    {
        var snapshot = Samples.State(Samples.At(1, 1));
        await Store.WriteAsync(snapshot, default).Soon();
        using var store = new S3.S3SnapshotStore(options, TimeProvider.System);
        await store.CheckBucketAsync(create: false, default).Soon();
        var bytes = (await GetStoredAsync(Document, snapshot.Position))!;
        bytes[9] = 1;
        await PutStoredAsync(Document, snapshot.Position, bytes);

        var error = await Assert.ThrowsAsync<SnapshotStoreMisconfiguredException>(
            () => store.CheckBucketAsync(create: false, default).Soon());

        Assert.Contains("has format version 1, and this version of Relay reads version 2 only", error.Message);
        Assert.Equal(bytes, await GetStoredAsync(Document, snapshot.Position));
    }

    [Fact]
    public async Task A_snapshot_of_another_version_under_a_longer_prefix_is_no_reason_not_to_start()
    {
        var longer = options with { Prefix = options.Prefix + "0/" };
        using var others = new S3.S3SnapshotStore(longer, TimeProvider.System);
        var snapshot = Samples.State(Samples.At(1, 1));
        await others.WriteAsync(snapshot, default).Soon();
        var key = SnapshotKey.Key(longer.Prefix, Document, snapshot.Position);
        using var answer = await client.GetObjectAsync(options.Bucket, key).Soon();
        using var stored = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(stored).Soon();
        var bytes = stored.ToArray();
        bytes[9] = 1;
        await PutAsync(key, bytes);

        await Assert.ThrowsAsync<SnapshotStoreMisconfiguredException>(
            () => others.CheckBucketAsync(create: false, default).Soon());
        await store.CheckBucketAsync(create: false, default).Soon();
    }

    [Fact]
    public async Task One_flipped_bit_is_reported_and_the_object_kept()
    {
        var snapshot = Samples.State(Samples.At(1, 1), null, 1, 2, 3, 4, 5);
        await Store.WriteAsync(snapshot, default).Soon();
        var good = (await GetStoredAsync(Document, snapshot.Position))!;
        for (var at = 0; at < good.Length; at++)
        {
            var damaged = good.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            await PutStoredAsync(Document, snapshot.Position, damaged);

            var result = await Store.ReadAsync(Document, Assert.Single(await ListAsync()), default).Soon();

            Assert.Equal(SnapshotReadOutcome.Unreadable, result.Outcome);
            Assert.EndsWith(".", result.Problem);
        }

        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(() => Store.WriteAsync(snapshot, default).Soon());
        await PutStoredAsync(Document, snapshot.Position, good);
        await AssertReadsAsync(Store, snapshot);
    }

    [Fact]
    public async Task What_is_no_snapshot_by_its_key_is_not_listed()
    {
        var snapshot = Samples.State(Samples.At(1, 1));
        await Store.WriteAsync(snapshot, default).Soon();
        var folder = SnapshotKey.Prefix(options.Prefix, Document);
        var name = SnapshotKey.Name(snapshot.Position);
        foreach (var key in new[] { folder, folder + "x", folder + name + "/", folder + name.ToUpperInvariant(),
            folder + "deeper/" + name, folder[..^1] + "0/" + name, options.Prefix + name })
        {
            await PutAsync(key, [1]);
        }

        Assert.Equal(snapshot.Position, Assert.Single(await ListAsync()).Position);
    }

    [Fact]
    public async Task What_disappears_between_listing_and_reading_is_gone()
    {
        await Store.WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();
        var info = Assert.Single(await ListAsync());
        await client.DeleteObjectAsync(options.Bucket, KeyOf(Document, info.Position)).Soon();

        Assert.Equal(SnapshotReadOutcome.Gone, (await Store.ReadAsync(Document, info, default).Soon()).Outcome);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task The_longest_prefix_leaves_room_for_the_longest_key()
    {
        var longest = options with
        {
            Prefix = new string('é', SnapshotKey.MaxPrefixBytes / 2)
            + (SnapshotKey.MaxPrefixBytes % 2 == 1 ? "x" : "")
        };
        using var deep = new S3SnapshotStore(longest, TimeProvider.System);
        var snapshot = Samples.State(Samples.At(1, 1), DocumentName.Create(new string('n', DocumentName.MaxUtf8Bytes)));

        await deep.WriteAsync(snapshot, default).Soon();

        await AssertReadsAsync(deep, snapshot);
        Assert.Contains("S3:Prefix",
            Assert.Throws<ArgumentException>(
                () => new S3SnapshotStore(longest with { Prefix = longest.Prefix + "x" },
                    TimeProvider.System)).Message);
    }

    [Fact]
    public async Task A_prefix_is_taken_as_it_is()
    {
        foreach (var prefix in new[] { "", "a b+c/%2F/", "名前-", "x/../" })
        {
            using var one = new S3SnapshotStore(options with { Prefix = options.Prefix + prefix }, TimeProvider.System);
            await one.WriteAsync(Samples.State(Samples.At(1, prefix.Length + 1)), default).Soon();

            await AssertReadsAsync(one, Samples.State(Samples.At(1, prefix.Length + 1)));
            Assert.Single(await one.ListAsync(Document, default).Soon());
            await one.DeleteAsync(Document, (await one.ListAsync(Document, default).Soon())[0], default).Soon();
            Assert.Empty(await one.ListAsync(Document, default).Soon());
        }
    }

    [Fact]
    public async Task A_missing_bucket_is_never_an_empty_one()
    {
        using var nowhere = new S3SnapshotStore(options with { Bucket = "relay-nowhere" }, TimeProvider.System);

        await AssertUnavailableAsync(nowhere, "The bucket 'relay-nowhere' does not exist.");
        var missing = await Assert.ThrowsAsync<SnapshotStoreMisconfiguredException>(
            () => nowhere.CheckBucketAsync(create: false, default).Soon());
        Assert.Contains("aws s3api create-bucket --bucket relay-nowhere --endpoint-url http://", missing.Message);
    }

    [Fact]
    public async Task Refused_keys_are_never_an_empty_bucket()
    {
        using var stranger = new S3SnapshotStore(options with { AccessKey = ("relay-test", "another-secret") },
            TimeProvider.System);

        await AssertUnavailableAsync(stranger, "s3:ListBucket");
        var refused = await Assert.ThrowsAsync<SnapshotStoreMisconfiguredException>(
            () => stranger.CheckBucketAsync(create: true, default).Soon());
        Assert.Contains("s3:ListBucket", refused.Message);
    }

    [Fact]
    public async Task The_check_makes_a_missing_bucket_in_development_and_leaves_nothing_in_it()
    {
        using var fresh = new S3SnapshotStore(options with { Bucket = $"relay-{Guid.NewGuid():n}" },
            TimeProvider.System);

        Assert.Equal(new S3BucketCheck(Made: true, ConditionalPuts: true),
            await fresh.CheckBucketAsync(create: true, default).Soon());
        Assert.Equal(new S3BucketCheck(Made: false, ConditionalPuts: true),
            await fresh.CheckBucketAsync(create: false, default).Soon());

        await store.CheckBucketAsync(create: false, default).Soon();
        Assert.Empty(
            (await client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix })
                .Soon()).S3Objects ?? []);
    }

    private async Task AssertUnavailableAsync(S3SnapshotStore away, string sentence)
    {
        var info = new SnapshotInfo(Samples.At(1, 1), 100, Samples.Time);
        foreach (var call in new Func<Task>[]
        {
            () => away.ListAsync(Document, default).Soon(),
            () => away.ReadAsync(Document, info, default).Soon(),
            () => away.WriteAsync(Samples.State(Samples.At(1, 2)), default).Soon(),
            () => away.DeleteAsync(Document, info, default).Soon(),
        })
        {
            var said = await RefusalAsync(call);
            Assert.True(said.Contains(sentence, StringComparison.Ordinal), said);
        }
    }

    /// <summary>What the store makes of the server's answer. A server that is busy may fail first, and one that refuses
    /// a put before it has read the bytes may take them for the next request on that connection and answer 400 without
    /// a code of its own: that is "unavailable" too, with another sentence.</summary>
    private static async Task<string> RefusalAsync(Func<Task> call)
    {
        for (var tries = 1; ; tries++)
        {
            var sentence = (await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(call)).Message;
            if (!(sentence.Contains("(HTTP 5", StringComparison.Ordinal)
                || sentence.Contains("(HTTP 400, BadRequest)", StringComparison.Ordinal)) || tries == 5)
            {
                return sentence;
            }
        }
    }

    private string KeyOf(DocumentName document, Position position) =>
        SnapshotKey.Key(options.Prefix, document, position);

    private Task PutAsync(string key, byte[] bytes) => client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = key,
            InputStream = new MemoryStream(bytes),
            UseChunkEncoding = false
        }).Soon();
}
