using Relay.Backplane.Support;

namespace Relay.Backplane;

public sealed class RedisConfigurationTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("::1")]
    [InlineData("!/run/redis.sock")]
    [InlineData("redis:6379,redis-replica:6379")]
    [InlineData("[::1]:6379, 127.0.0.1:6380 , ssl=true,sslHost=redis.example,abortConnect=false")]
    [InlineData("redis_1.example:6379,password=a=b==")]
    [InlineData("redis:6379,connectTimeout=1000,password=x,ssl=false,name=relay")]
    public void What_the_client_understands_is_taken(string configuration) =>
        Assert.Null(RedisConfiguration.Check(configuration, null, null));

    [Theory]
    [InlineData("redis:6379,password=ab,secret", "behind password=")]
    [InlineData("redis:6379,password=ab,secret=1", "behind password=")]
    [InlineData("redis:6379,password=ab,=secret", "behind password=")]
    [InlineData("redis:6379, PASSWORD = ab,connectTimeout=secret", "behind password=")]
    [InlineData("password=secret,redis:6379", "behind password=")]
    [InlineData("redis://user:secret@redis:6379", "neither a server")]
    [InlineData("secret@redis:6379", "neither a server")]
    [InlineData("redis:secret", "neither a server")]
    [InlineData("redis:6379,connectTimeout=secret", "an option 'connectTimeout'")]
    [InlineData("redis:6379,nonsense=secret", "an option 'nonsense'")]
    [InlineData("password=secret", "names no server")]
    [InlineData(" , ", "names no server")]
    public void What_it_does_not_is_refused_without_being_repeated(string configuration, string sentence)
    {
        var refused = RedisConfiguration.Check(configuration, null, null);
        Assert.Contains(sentence, refused, StringComparison.Ordinal);
        Assert.StartsWith("Relay:Redis:Configuration ", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused, StringComparison.Ordinal);
        var options = new RedisBackplaneOptions { Configuration = configuration };
        var thrown = Assert.Throws<RedisStartException>(
            () => RedisBackplane.Open(options, new TestLogger(), TimeProvider.System));
        Assert.Equal(refused, thrown.Message);
    }

    [Fact]
    public void A_password_may_stand_in_either_place_and_in_both_if_it_is_the_same()
    {
        Assert.Equal("a,b=c d", RedisConfiguration.Read(Options("redis", "a,b=c d")).Password);
        Assert.Equal("x", RedisConfiguration.Read(Options("redis,password=x", null)).Password);
        Assert.Null(RedisConfiguration.Check("redis,password=x", null, "x"));
        Assert.StartsWith(
            "Relay:Redis:Password is another one than password=",
            RedisConfiguration.Check("redis,password=x", null, "y"),
            StringComparison.Ordinal);
        Assert.Equal("redis:6379, replica", Options("redis:6379,replica,password=x", null).ToString());
    }

    [Fact]
    public void A_user_may_stand_in_either_place_and_in_both_if_it_is_the_same()
    {
        var options = new RedisBackplaneOptions { Configuration = "redis", User = "a,b=c d" };
        Assert.Equal("a,b=c d", RedisConfiguration.Read(options).User);
        Assert.Equal("x", RedisConfiguration.Read(Options("redis,user=x", null)).User);
        Assert.Null(RedisConfiguration.Check("redis,user=x", "x", null));
        Assert.StartsWith(
            "Relay:Redis:User is another one than user=",
            RedisConfiguration.Check("redis,user=x", "y", null),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis", 20, 20_000)]
    [InlineData("redis", 1, 5_000)]
    [InlineData("redis,asyncTimeout=700", 20, 700)]
    public void The_client_gives_no_call_up_before_its_deadline(string configuration, int deadline, int expected)
    {
        var options = new RedisBackplaneOptions
        {
            Configuration = configuration,
            Deadline = TimeSpan.FromSeconds(deadline),
        };
        Assert.Equal(expected, RedisConfiguration.Read(options).AsyncTimeout);
    }

    private static RedisBackplaneOptions Options(string configuration, string? password) =>
        new() { Configuration = configuration, Password = password };
}
