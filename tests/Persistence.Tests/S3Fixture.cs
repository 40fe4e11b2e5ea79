using Amazon.Runtime;
using Amazon.S3;
using Relay.Persistence.S3;

namespace Relay.Persistence;

/// <summary>
/// An S3 for all tests that need one, since it takes long to start: the one that <c>RELAY_TEST_S3</c> and
/// <c>RELAY_TEST_S3_DIRECTORY</c> name, or its own.
/// </summary>
public sealed class S3Fixture : IAsyncLifetime
{
    internal const string Bucket = "relay-tests";

    private static readonly (string, string) Key = ("relay-test", "relay-test-secret");

    private readonly TemporaryDirectory own = new();
    private ServerProcess? server;

    /// <summary>Where it listens. A test that asks is skipped where S3 is not installed.</summary>
    public Uri Address
    {
        get
        {
            ServerPrograms.Require(ServerKind.S3);
            return field!;
        }
        private set;
    }

    /// <summary>Where the server runs: another gateway can be started there.</summary>
    public string Directory { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (ServerPrograms.GivenAddress(ServerKind.S3) is { } address)
        {
            Address = address;
            Directory = Environment.GetEnvironmentVariable("RELAY_TEST_S3_DIRECTORY") ?? "";
        }
        else if (ServerPrograms.MissingReason(ServerKind.S3) is null)
        {
            server = await ServerProcess.StartS3Async(own.Path);
            (Address, Directory) = (server.Address, own.Path);
        }
        else
        {
            return;
        }

        using var store = new S3SnapshotStore(NewPlace(), TimeProvider.System);
        await store.CheckBucketAsync(create: true, default).Soon();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        own.Dispose();
    }

    /// <summary>
    /// A prefix of its own in the one bucket. The deadline is long, since the machine may be busy; tests of deadlines
    /// shorten it.
    /// </summary>
    internal S3SnapshotStoreOptions NewPlace(Uri? address = null) => new()
    {
        Bucket = Bucket,
        Prefix = $"{Guid.NewGuid():n}/",
        ServiceUrl = (address ?? Address).ToString(),
        AccessKey = Key,
        CallTimeout = TimeSpan.FromSeconds(55),
    };

    internal AmazonS3Client NewClient() => new(
        new BasicAWSCredentials(Key.Item1, Key.Item2),
        new AmazonS3Config
        {
            ServiceURL = Address.ToString(),
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
}
