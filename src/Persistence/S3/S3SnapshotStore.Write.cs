using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Relay.Persistence.S3;

public sealed partial class S3SnapshotStore
{
    private const int CompareBytes = 128 * 1024;

    /// <summary>Set once the server has refused a conditional put: it does not know them.</summary>
    private volatile bool conditionsRefused;

    /// <summary>
    /// Whether puts carry the condition that the key is free; false once the server has refused such a put.
    /// </summary>
    internal bool ConditionalPuts => !conditionsRefused;

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
        await calls.RunAsync("Cannot write a snapshot", 2L * bytes.Length, token => WriteAsync(snapshot, bytes, token),
            cancellation).ConfigureAwait(false);
    }

    private async Task<bool> WriteAsync(Snapshot snapshot, byte[] bytes, CancellationToken cancellation)
    {
        var key = KeyOf(snapshot.Document, snapshot.Position);
        if (!await IsFreeAsync(key, cancellation).ConfigureAwait(false)
            || !await TryPutAsync(key, bytes, cancellation).ConfigureAwait(false))
        {
            await DemandStoredAsync(snapshot, cancellation).ConfigureAwait(false);
        }
        else if (!await HoldsAsync(key, bytes, cancellation).ConfigureAwait(false))
        {
            // Either damage, or a rival on a server without conditions: then what is there is a snapshot.
            await DemandStoredAsync(snapshot, cancellation).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Asked only where the condition of the put might not be kept.</summary>
    private async Task<bool> IsFreeAsync(string key, CancellationToken cancellation)
    {
        if (options.ServiceUrl is null && ConditionalPuts)
        {
            return true;
        }

        try
        {
            await client.GetObjectMetadataAsync(options.Bucket, key, cancellation).ConfigureAwait(false);
            return false;
        }
        catch (AmazonS3Exception exception) when (S3Calls.IsNoObject(exception))
        {
            // An answer without a body cannot say whether it is the bucket that is missing; the put will.
            return true;
        }
    }

    /// <summary>
    /// Puts the whole object; false if the key is taken, possibly by an attempt of this very put whose answer was lost.
    /// </summary>
    private async Task<bool> TryPutAsync(string key, byte[] bytes, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var conditional = ConditionalPuts;
            var put = new PutObjectRequest
            {
                BucketName = options.Bucket,
                Key = key,
                InputStream = new MemoryStream(bytes, writable: false),
                ContentType = "application/octet-stream",
                UseChunkEncoding = options.ServiceUrl is null,
                IfNoneMatch = conditional ? "*" : null,
            };
            try
            {
                await client.PutObjectAsync(put, cancellation).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return false;
            }
            catch (AmazonS3Exception exception) when (conditional && exception.StatusCode == HttpStatusCode.Conflict
                && attempt < Transfers)
            {
                // Another conditional put or a delete of this key is under way.
            }
            catch (AmazonS3Exception exception) when (conditional
                && exception.StatusCode == HttpStatusCode.NotImplemented)
            {
                conditionsRefused = true;
                if (!await IsFreeAsync(key, cancellation).ConfigureAwait(false))
                {
                    return false;
                }
            }
        }
    }

    /// <exception cref="SnapshotStoreUnavailableException">What is stored at the position does not read, says something
    /// else, or is gone.</exception>
    private async Task DemandStoredAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        var stored = await ReadObjectAsync(snapshot.Document, snapshot.Position, cancellation).ConfigureAwait(false);
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

    /// <summary>Reads the object back, a part at a time: whether it holds exactly these bytes.</summary>
    private async Task<bool> HoldsAsync(string key, byte[] bytes, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(bytes.Length, CompareBytes));
        try
        {
            for (var transfer = 1; ; transfer++)
            {
                try
                {
                    return await HoldsAsync(key, bytes, buffer, cancellation).ConfigureAwait(false);
                }
                catch (AmazonS3Exception exception) when (S3Calls.IsNoObject(exception))
                {
                    return false;
                }
                catch (Exception exception) when (exception is IOException or HttpRequestException
                    && transfer < Transfers)
                {
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<bool> HoldsAsync(string key, byte[] bytes, byte[] buffer, CancellationToken cancellation)
    {
        using var answer = await client.GetObjectAsync(options.Bucket, key, cancellation).ConfigureAwait(false);
        if (answer.ContentLength != bytes.Length)
        {
            return false;
        }

        for (var at = 0; at < bytes.Length;)
        {
            var part = buffer.AsMemory(0, Math.Min(buffer.Length, bytes.Length - at));
            await answer.ResponseStream.ReadExactlyAsync(part, cancellation).ConfigureAwait(false);
            if (!part.Span.SequenceEqual(bytes.AsSpan(at, part.Length)))
            {
                return false;
            }

            at += part.Length;
        }

        return true;
    }
}
