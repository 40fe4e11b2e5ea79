# A node: no shell, no package manager, a user that may write nowhere but in /data. From the root of the repository:
# docker build -t relay .
#
#   docker run -p 127.0.0.1:8080:8080 -v relay:/data -e Relay__Auth__Mode=none relay
#
# is one node with everything embedded; docs/deploy.md says how several are run.
ARG DOTNET_VERSION=10.0

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:${DOTNET_VERSION} AS build
# Not every builder says it unasked; then it is that of this machine.
ARG TARGETARCH
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /source

# Only what says which packages are needed, so that a change of code restores nothing anew.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props .editorconfig ./
COPY src/Yjs/Yjs.csproj src/Yjs/packages*.lock.json src/Yjs/
COPY src/Backplane/Backplane.csproj src/Backplane/packages*.lock.json src/Backplane/
COPY src/DocLocator/DocLocator.csproj src/DocLocator/packages*.lock.json src/DocLocator/
COPY src/Persistence/Persistence.csproj src/Persistence/packages*.lock.json src/Persistence/
COPY src/Sessions/Sessions.csproj src/Sessions/packages*.lock.json src/Sessions/
COPY src/Sockets/Sockets.csproj src/Sockets/packages*.lock.json src/Sockets/
COPY src/Server/Server.csproj src/Server/packages*.lock.json src/Server/
COPY src/Relay/Relay.csproj src/Relay/packages*.lock.json src/Relay/
# A Release build compiles ahead, and the restore fetches the compiler for it.
RUN --mount=type=cache,id=relay-packages,target=/root/.nuget/packages \
  dotnet restore src/Relay ${TARGETARCH:+-a $TARGETARCH} -p:Configuration=Release --locked-mode

COPY src src
RUN --mount=type=cache,id=relay-packages,target=/root/.nuget/packages \
  dotnet publish src/Relay -c Release ${TARGETARCH:+-a $TARGETARCH} --no-restore -o /node && mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET_VERSION}-noble-chiseled
WORKDIR /node
COPY --from=build /node .
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
ENV ASPNETCORE_HTTP_PORTS=8080 Relay__FileStore__Path=/data
USER $APP_UID
VOLUME /data
# Clients, and other nodes where Internal:Port is set to it.
EXPOSE 8080 5211
# Whether it lives. Whether it wants clients is what a load balancer asks, at /health/ready: a node that waits for Redis
# must not be restarted for that.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["dotnet", "Relay.dll", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "Relay.dll"]
