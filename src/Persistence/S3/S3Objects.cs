using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Relay.Yjs;

namespace Relay.Persistence.S3;

/// <summary>
/// Single objects of the bucket: put where the key is free, read, compared, deleted. Knows whether the server takes
/// conditional puts.
/// </summary>
internal sealed class S3Objects(AmazonS3Client client, S3SnapshotStoreOptions options)
{
    /// <summary>
    /// How often a transfer is begun: the SDK repeats a request until its answer begins, but not an answer that is cut.
    /// </summary>
    private const int Transfers = 3;

    private const int CompareBytes = 128 * 1024;

    /// <summary>Set once the server has refused a conditional put: it does not know them.</summary>
    private volatile bool conditionsRefused;

    /// <summary>
    /// Whether puts carry the condition that the key is free; false once the server has refused such a put.
    /// </summary>
    public bool ConditionalPuts => !conditionsRefused;

    /// <summary>The key of a snapshot.</summary>
    public string KeyOf(DocumentName document, Position position) =>
        SnapshotKey.Key(options.Prefix, document, position);

    /// <summary>Asked only where the condition of the put might not be kept.</summary>
    public async Task<bool> IsFreeAsync(string key, CancellationToken cancellation)
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
    public async Task<bool> TryPutAsync(string key, ReadOnlySequence<byte> bytes, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var conditional = ConditionalPuts;
            var put = new PutObjectRequest
            {
                BucketName = options.Bucket,
                Key = key,
                InputStream = new SequenceStream(bytes),
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

    /// <summary>Reads the object back, a part at a time: whether it holds exactly these bytes.</summary>
    public async Task<bool> HoldsAsync(string key, ReadOnlySequence<byte> bytes, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(bytes.Length, CompareBytes));
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

    /// <summary>Reads and decodes a snapshot; an object that is not there is gone.</summary>
    public async Task<SnapshotReadResult> ReadAsync(DocumentName document, Position position,
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

    /// <summary>Deletes an object; false if there is none.</summary>
    public async Task<bool> DeleteAsync(string key, CancellationToken cancellation)
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

    private async Task<bool> HoldsAsync(string key, ReadOnlySequence<byte> bytes, byte[] buffer,
        CancellationToken cancellation)
    {
        using var answer = await client.GetObjectAsync(options.Bucket, key, cancellation).ConfigureAwait(false);
        if (answer.ContentLength != bytes.Length)
        {
            return false;
        }

        for (var at = 0L; at < bytes.Length;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes.Length - at));
            await answer.ResponseStream.ReadExactlyAsync(part, cancellation).ConfigureAwait(false);
            if (!bytes.Slice(at, part.Length).HasBytes(part.Span))
            {
                return false;
            }

            at += part.Length;
        }

        return true;
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
}
