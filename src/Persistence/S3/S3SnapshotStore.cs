using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Relay.Yjs;

namespace Relay.Persistence.S3;

/// <summary>
/// Snapshots as objects in a bucket of AWS's S3 or of a server that speaks its protocol. The constructor makes no
/// call, so a node starts while S3 is away; <see cref="CheckBucketAsync"/> is the start-up check.
/// </summary>
/// <remarks>
/// An object appears under its key whole or not at all, and is put only on the condition that the key is free
/// (<c>If-None-Match: *</c>). A server that does not know the condition either refuses such a put, and
/// then this store looks first and puts without it, or ignores the condition. Because it may, a server that is not
/// AWS's is always asked before. What then remains is two writers of one position within the same moment: the second
/// replaces the first's object, whole, by the same history's state.
/// </remarks>
public sealed partial class S3SnapshotStore : ISnapshotStore, IDisposable
{
    /// <summary>
    /// How often a transfer is begun: the SDK repeats a request until its answer begins, but not an answer that is cut.
    /// </summary>
    private const int Transfers = 3;

    private readonly S3SnapshotStoreOptions options;
    private readonly AmazonS3Client client;
    private readonly S3Calls calls;
    private readonly TimeProvider time;

    /// <exception cref="ArgumentException">The bucket's name is empty or the prefix is too long; the message names the
    /// setting.</exception>
    public S3SnapshotStore(S3SnapshotStoreOptions options, TimeProvider time)
    {
        if (S3SnapshotStoreOptions.Problem(options.Bucket, options.Prefix) is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        this.options = options;
        this.time = time;
        calls = new S3Calls(options, time);
        client = Client(options);
    }

    public async ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document,
        CancellationToken cancellation) =>
        await calls.RunAsync("Cannot list snapshots", 0, token => ListAllAsync(document, token), cancellation)
            .ConfigureAwait(false);

    public async ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) =>
        await calls.RunAsync("Cannot read a snapshot", snapshot.Bytes,
            token => ReadObjectAsync(document, snapshot.Position, token), cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <remarks>
    /// In a bucket with versions this hides the object; a rule of the bucket must remove what is hidden.
    /// </remarks>
    public async ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
        await calls.RunAsync("Cannot delete a snapshot", 0,
            token => DeleteObjectAsync(KeyOf(document, snapshot.Position), token), cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <remarks>
    /// S3 cannot rename, so the object is copied within the bucket, and removed when the copy is as long as it. After a
    /// failure in between there are both, and the next try makes another copy.
    /// </remarks>
    public async ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) =>
        await calls.RunAsync("Cannot set a snapshot aside", snapshot.Bytes,
            token => SetObjectAsideAsync(document, snapshot, token), cancellation).ConfigureAwait(false);

    public void Dispose() => client.Dispose();

    private static AmazonS3Client Client(S3SnapshotStoreOptions options)
    {
        // What is read is checked by the snapshot's own SHA-256, over more than a transfer.
        var config = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED
        };
        if (options.ServiceUrl is not null)
        {
            config.ServiceURL = options.ServiceUrl;
            config.AuthenticationRegion = options.Region ?? "us-east-1";
            config.ForcePathStyle = true;

            // Many such servers know neither the newer checksums nor their trailers.
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
        }
        else if (options.Region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return options.AccessKey is { } key
            ? new AmazonS3Client(new BasicAWSCredentials(key.Id, key.Secret), config)
            : new AmazonS3Client(config);
    }

    private string KeyOf(DocumentName document, Position position) =>
        SnapshotKey.Key(options.Prefix, document, position);

    private async Task<IReadOnlyList<SnapshotInfo>> ListAllAsync(DocumentName document, CancellationToken cancellation)
    {
        var found = new List<SnapshotInfo>();
        var prefix = SnapshotKey.Prefix(options.Prefix, document);
        string? next = null;
        do
        {
            var page = await client.ListObjectsV2Async(
                new ListObjectsV2Request
                {
                    BucketName = options.Bucket,
                    Prefix = prefix,
                    MaxKeys = options.PageSize,
                    ContinuationToken = next
                }, cancellation).ConfigureAwait(false);
            foreach (var stored in page.S3Objects ?? [])
            {
                if (stored.Key.StartsWith(prefix, StringComparison.Ordinal)
                    && SnapshotKey.TryParseName(stored.Key.AsSpan(prefix.Length), out var position))
                {
                    found.Add(
                        new SnapshotInfo(position, stored.Size ?? 0,
                            new DateTimeOffset((stored.LastModified ?? default).ToUniversalTime())));
                }
            }

            // A page that says it is not the last one and does not say where the next one begins would end the listing
            // with snapshots missing.
            next = page.IsTruncated == true
                ? page.NextContinuationToken ?? throw new IOException("S3 gave a listing without its end.")
                : null;
        }
        while (next is not null);

        // S3 lists in the order of the keys, but not every kind of bucket does.
        found.Sort((a, b) => string.CompareOrdinal(SnapshotKey.Name(a.Position), SnapshotKey.Name(b.Position)));
        return found;
    }

    private async Task<SnapshotReadResult> ReadObjectAsync(DocumentName document, Position position,
        CancellationToken cancellation)
    {
        for (var transfer = 1; ; transfer++)
        {
            try
            {
                using var answer = await client.GetObjectAsync(options.Bucket, KeyOf(document, position), cancellation)
                    .ConfigureAwait(false);
                return await DecodeAsync(answer, document, position, cancellation).ConfigureAwait(false);
            }
            catch (AmazonS3Exception exception) when (S3Calls.IsNoObject(exception))
            {
                return new SnapshotReadResult(SnapshotReadOutcome.Gone);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException && transfer < Transfers)
            {
            }
        }
    }

    /// <summary>An answer that ends early is a failed transfer and does not tell what is stored.</summary>
    private static async Task<SnapshotReadResult> DecodeAsync(GetObjectResponse answer, DocumentName document,
        Position position, CancellationToken cancellation)
    {
        var length = answer.ContentLength;
        var start = new byte[(int)Math.Min(length, SnapshotFormat.FixedBytes)];
        await answer.ResponseStream.ReadExactlyAsync(start, cancellation).ConfigureAwait(false);
        if (SnapshotFormat.StartProblem(start, length) is { } problem)
        {
            return new SnapshotReadResult(SnapshotReadOutcome.Unreadable, Problem: problem);
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        start.CopyTo(bytes, 0);
        await answer.ResponseStream.ReadExactlyAsync(bytes.AsMemory(start.Length), cancellation).ConfigureAwait(false);
        return SnapshotFormat.Decode(bytes, document, position);
    }

    private async Task<string?> SetObjectAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        var key = KeyOf(document, snapshot.Position);
        var aside = SnapshotKey.Prefix(options.Prefix, document)
            + SnapshotKey.AsideName(snapshot.Position, time.GetUtcNow());
        try
        {
            await client.CopyObjectAsync(options.Bucket, key, options.Bucket, aside, cancellation)
                .ConfigureAwait(false);
        }
        catch (AmazonS3Exception exception) when (S3Calls.IsNoObject(exception))
        {
            return null;
        }

        var copy = await client.GetObjectMetadataAsync(options.Bucket, aside, cancellation).ConfigureAwait(false);
        if (copy.ContentLength != snapshot.Bytes)
        {
            throw new IOException($"The copy has {copy.ContentLength} bytes instead of {snapshot.Bytes}.");
        }

        await DeleteObjectAsync(key, cancellation).ConfigureAwait(false);
        return $"s3://{options.Bucket}/{aside}";
    }

    private async Task<bool> DeleteObjectAsync(string key, CancellationToken cancellation)
    {
        try
        {
            await client.DeleteObjectAsync(options.Bucket, key, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception exception) when (S3Calls.IsNoObject(exception))
        {
            return false;
        }
    }
}
