using System.Buffers;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Relay.Persistence.S3;

/// <summary>The start-up check of the bucket.</summary>
internal sealed class S3BucketProbe(
    AmazonS3Client client, S3Objects objects, S3SnapshotStoreOptions options, S3Calls calls)
{
    private static readonly ReadOnlySequence<byte> ProbeBytes = new("Relay may write here."u8.ToArray());

    /// <summary>Carries out <see cref="S3SnapshotStore.CheckBucketAsync"/>.</summary>
    public async Task<S3BucketCheck> RunAsync(bool create, CancellationToken cancellation)
    {
        var made = false;
        if (!await ProbeAsync("s3:ListBucket", $"on the bucket '{options.Bucket}'", ListOneAsync, cancellation)
            .ConfigureAwait(false))
        {
            if (!create)
            {
                throw new SnapshotStoreMisconfiguredException(
                    $"The bucket '{options.Bucket}' does not exist. Make it with: {CreateCommand()}");
            }

            made = await ProbeAsync("s3:CreateBucket", $"for the bucket '{options.Bucket}'", MakeBucketAsync,
                cancellation).ConfigureAwait(false);
        }

        var key = $"{options.Prefix}relay-check-{Guid.NewGuid():n}";
        var place = $"on the objects '{options.Bucket}/{options.Prefix}*'";
        await ProbeAsync("s3:PutObject", place,
            token => objects.TryPutAsync(key, ProbeBytes, token), cancellation)
            .ConfigureAwait(false);
        await ProbeAsync("s3:GetObject", place, token => ReadOnceAsync(key, token), cancellation)
            .ConfigureAwait(false);

        // A server that takes the second put does not know the condition, or ignores it.
        var conditional = objects.ConditionalPuts
            && !await ProbeAsync("s3:PutObject", place,
                token => objects.TryPutAsync(key, ProbeBytes, token), cancellation)
                .ConfigureAwait(false);
        await ProbeAsync("s3:DeleteObject", place, token => objects.DeleteAsync(key, token), cancellation)
            .ConfigureAwait(false);
        if (await calls.RunAsync("Cannot look at the stored snapshots", 0, FindOtherVersionAsync, cancellation)
            .ConfigureAwait(false) is { } refusal)
        {
            throw new SnapshotStoreMisconfiguredException(refusal);
        }

        return new S3BucketCheck(made, conditional && objects.ConditionalPuts);
    }

    /// <summary>The command that makes the bucket.</summary>
    private string CreateCommand()
    {
        // Only us-east-1 must not be named as a bucket's place.
        var place = options.Region is null or "us-east-1" || options.ServiceUrl is not null
            ? ""
            : $" --create-bucket-configuration LocationConstraint={options.Region}";
        var region = options.Region is { } name ? $" --region {name}{place}" : "";
        return "aws s3api create-bucket --bucket "
            + $"{options.Bucket}{region}{(options.ServiceUrl is { } url ? $" --endpoint-url {url}" : "")}";
    }

    private async Task<bool> ListOneAsync(CancellationToken cancellation)
    {
        try
        {
            await client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix, MaxKeys = 1 },
                cancellation).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>
    /// Looks at one stored snapshot, as a store holds one version only: why this node must not start on it, or null.
    /// </summary>
    private async Task<string?> FindOtherVersionAsync(CancellationToken cancellation)
    {
        var page = await client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix }, cancellation)
            .ConfigureAwait(false);
        var found = page.S3Objects?.Find(stored =>
            stored.Key.StartsWith(options.Prefix, StringComparison.Ordinal)
            && SnapshotKey.IsRest(stored.Key.AsSpan(options.Prefix.Length)));
        if (found is null)
        {
            return null;
        }

        try
        {
            using var answer = await client.GetObjectAsync(
                new GetObjectRequest
                {
                    BucketName = options.Bucket,
                    Key = found.Key,
                    ByteRange = new ByteRange(0, SnapshotFormat.FixedBytes - 1),
                }, cancellation).ConfigureAwait(false);
            var start = new byte[SnapshotFormat.FixedBytes];
            var length = await answer.ResponseStream
                .ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            return SnapshotFormat.StartRefusal(start.AsSpan(0, length), $"s3://{options.Bucket}/{found.Key}");
        }
        catch (AmazonS3Exception exception) when (S3Calls.IsNoObject(exception)
            || exception.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // Pruned meanwhile, or empty, which is no snapshot.
            return null;
        }
    }

    private async Task<bool> MakeBucketAsync(CancellationToken cancellation)
    {
        try
        {
            await client.PutBucketAsync(options.Bucket, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode is "BucketAlreadyOwnedByYou")
        {
            // Another node made it.
            return false;
        }
    }

    private async Task<bool> ReadOnceAsync(string key, CancellationToken cancellation)
    {
        using var answer = await client.GetObjectAsync(options.Bucket, key, cancellation).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> ProbeAsync(string permission, string where, Func<CancellationToken, Task<bool>> call,
        CancellationToken cancellation)
    {
        try
        {
            return await calls.RunAsync("Cannot check the snapshot store", 0, call, cancellation).ConfigureAwait(false);
        }
        catch (SnapshotStoreUnavailableException unavailable) when (unavailable.InnerException is AmazonS3Exception
        {
            StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized,
        } refusal)
        {
            throw new SnapshotStoreMisconfiguredException(
                $"S3 refuses this node the permission {permission} {where} ({refusal.ErrorCode}): {refusal.Message}",
                refusal);
        }
        catch (SnapshotStoreUnavailableException unavailable) when (unavailable.InnerException
            is AmazonClientException none && none.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase))
        {
            throw new SnapshotStoreMisconfiguredException(
                $"There are no AWS credentials for the bucket '{options.Bucket}': {none.Message}", none);
        }
    }
}
