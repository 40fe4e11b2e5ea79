using System.Buffers;
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
public sealed class S3SnapshotStore : ISnapshotStore, IDisposable
{
    private readonly S3SnapshotStoreOptions options;
    private readonly AmazonS3Client client;
    private readonly S3Calls calls;
    private readonly S3Objects objects;
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
        objects = new S3Objects(client, options);
    }

    /// <inheritdoc cref="S3Objects.ConditionalPuts"/>
    internal bool ConditionalPuts => objects.ConditionalPuts;

    public async ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document,
        CancellationToken cancellation) =>
        await calls.RunAsync("Cannot list snapshots", 0, token => ListAllAsync(document, token), cancellation)
            .ConfigureAwait(false);

    public async ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) =>
        await calls.RunAsync("Cannot read a snapshot", snapshot.Bytes,
            token => objects.ReadAsync(document, snapshot.Position, token), cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <remarks>
    /// A snapshot that is stored at the position already, and reads, stays: equal positions are equal histories. One
    /// that does not read stays as well, and the write fails, since the position has one key and a snapshot is never
    /// overwritten. The session then still counts as unsaved, its log is not trimmed, and the next entry gives it
    /// another position. A write that fails may have stored the snapshot; the next one finds it.
    /// </remarks>
    public async ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = SnapshotFormat.Encode(snapshot);

        // There and back.
        await calls.RunAsync("Cannot write a snapshot", 2 * bytes.Length, token => WriteAsync(snapshot, bytes, token),
            cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// In a bucket with versions this hides the object; a rule of the bucket must remove what is hidden.
    /// </remarks>
    public async ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
        await calls.RunAsync("Cannot delete a snapshot", 0,
            token => objects.DeleteAsync(objects.KeyOf(document, snapshot.Position), token), cancellation)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    /// <remarks>
    /// S3 cannot rename, so the object is copied within the bucket, and removed when the copy is as long as it. After a
    /// failure in between there are both, and the next try makes another copy.
    /// </remarks>
    public async ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) =>
        await calls.RunAsync("Cannot set a snapshot aside", snapshot.Bytes,
            token => SetObjectAsideAsync(document, snapshot, token), cancellation).ConfigureAwait(false);

    /// <summary>
    /// The start-up check: whether the bucket is there, and whether this node may list it, and put, read and delete
    /// objects in it (it does so with one small object that is no snapshot). With
    /// <paramref name="create"/>, which is for development, a missing bucket is made. A node may serve without a passed
    /// check, and check again later.
    /// </summary>
    /// <exception cref="SnapshotStoreMisconfiguredException">The bucket is missing or this node may not use it, and the
    /// message says which permission is missing; or it holds snapshots of another format version.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">S3 cannot be reached.</exception>
    public Task<S3BucketCheck> CheckBucketAsync(bool create, CancellationToken cancellation) =>
        new S3BucketProbe(client, objects, options, calls).RunAsync(create, cancellation);

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

    private async Task<bool> WriteAsync(Snapshot snapshot, ReadOnlySequence<byte> bytes,
        CancellationToken cancellation)
    {
        var key = objects.KeyOf(snapshot.Document, snapshot.Position);
        if (!await objects.IsFreeAsync(key, cancellation).ConfigureAwait(false)
            || !await objects.TryPutAsync(key, bytes, cancellation).ConfigureAwait(false))
        {
            await DemandStoredAsync(snapshot, cancellation).ConfigureAwait(false);
        }
        else if (!await objects.HoldsAsync(key, bytes, cancellation).ConfigureAwait(false))
        {
            // Either damage, or a rival on a server without conditions: then what is there is a snapshot.
            await DemandStoredAsync(snapshot, cancellation).ConfigureAwait(false);
        }

        return true;
    }

    /// <exception cref="SnapshotStoreUnavailableException">What is stored at the position does not read, says something
    /// else, or is gone.</exception>
    private async Task DemandStoredAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        var stored = await objects.ReadAsync(snapshot.Document, snapshot.Position, cancellation).ConfigureAwait(false);
        if (stored.Outcome == SnapshotReadOutcome.Gone)
        {
            throw new SnapshotStoreUnavailableException(
                "A snapshot of this position was written and deleted at the same time.");
        }

        if (stored.Snapshot is null)
        {
            throw new SnapshotStoreUnavailableException(
                $"The snapshot that is stored at {snapshot.Position} does not read and is kept; the document can be "
                    + $"stored at its next position. {stored.Problem}")
            {
                IsPositionTaken = true,
            };
        }

        if (stored.Snapshot.Kind != snapshot.Kind)
        {
            throw new SnapshotStoreUnavailableException(
                $"The snapshot that is stored at {snapshot.Position} is a "
                    + $"{stored.Snapshot.Kind}, not a {snapshot.Kind}.");
        }
    }

    private async Task<string?> SetObjectAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        var key = objects.KeyOf(document, snapshot.Position);
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

        await objects.DeleteAsync(key, cancellation).ConfigureAwait(false);
        return $"s3://{options.Bucket}/{aside}";
    }
}
